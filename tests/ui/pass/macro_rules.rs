#![deny(warnings)]
//! Blocks that come out of a macro by example, in whole and in parts.

use asp::prelude::*;

macro_rules! counter {
    ($name:ident, $ty:ty, $stream:literal, $interval:literal) => {
        struct $name($ty);

        #[strategy]
        impl $name {
            #[on_event(stream = $stream)]
            fn count(&mut self, cx: &Context<Self>, value: $ty) {
                let _ = cx.after(Duration::from_secs(1)).again(value);
                self.0 += value;
            }

            #[after]
            fn again(&mut self, cx: &Context<Self>, value: $ty) {
                let _ = (cx, value);
            }

            #[every($interval)]
            fn tick(&mut self) {}
        }
    };
}

counter!(Small, u8, "small", "1s");

macro_rules! from_parts {
    ($vis:vis $name:ident { $($method:item)* }) => {
        $vis struct $name;

        #[strategy]
        impl $name {
            $($method)*
        }
    };
}

from_parts!(pub(crate) Parts {
    #[on_event(stream = "names")]
    fn names(&mut self, cx: &Context<Self>, name: String) {
        let _ = (cx, name);
    }

    #[every("1s")]
    fn tick(&mut self) {}
});

macro_rules! one_method {
    ($self:ident, $pattern:pat, $ty:ty, $body:block) => {
        struct OneMethod;

        #[strategy]
        impl OneMethod {
            #[on_event(stream = "events")]
            fn event(&mut $self, $pattern: $ty) $body
        }
    };
}

one_method!(self, (a, b), (u8, u8), {
    let _ = (self, a, b);
});

fn main() {
    let _ = Runner::new().add(Small(0)).add(Parts).add(OneMethod);
}
