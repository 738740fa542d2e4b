#![deny(warnings, unused, unused_qualifications, unused_results, elided_lifetimes_in_paths)]
#![deny(missing_debug_implementations, missing_copy_implementations, single_use_lifetimes)]
#![deny(unreachable_pub, unnameable_types, variant_size_differences, trivial_casts)]
//! Lints see the user's code and not what is generated beside it.

use asp::prelude::*;

#[derive(Debug, Default)]
struct Quiet {
    sum: u64,
}

#[expect(clippy::needless_pass_by_value, reason = "handlers own their events")]
#[allow(clippy::unused_self)]
#[strategy(emits(sums: u64))]
impl Quiet {
    const STEP: u64 = 1;

    /// Adds.
    #[on_event(stream = "names")]
    fn name(&mut self, cx: &Context<Self>, name: String) {
        self.sum += Self::STEP + name.len() as u64;
        cx.emit(Self::SUMS, self.sum);
        _ = cx.after(Duration::from_secs(1)).old(name);
    }

    #[deprecated = "an old handler is a handler"]
    #[after]
    fn old(&mut self, _: String) {}
}

#[derive(Debug, Default)]
struct Waiting {
    sum: u64,
}

#[strategy]
impl Waiting {
    #[on_event(stream = "names")]
    async fn name(&mut self, cx: &TaskContext<Self>, name: String) {
        cx.sleep(Duration::from_secs(1)).await;
        self.sum += name.len() as u64;
        _ = cx.after(Duration::from_secs(1)).old(name);
    }

    #[on_event(stream = "names")]
    async fn beside(this: Shared<Self>, name: Event<String>) -> Result<(), std::fmt::Error> {
        this.sleep(Duration::from_secs(1)).await;
        this.with(|waiting, _| waiting.sum += name.value.len() as u64);
        Ok(())
    }

    #[deprecated = "an old handler is a handler"]
    #[after]
    async fn old(this: Shared<Self>, _: String) {
        this.sleep(Duration::from_secs(1)).await;
    }

    #[every("1s")]
    async fn tick(&mut self, cx: &TaskContext<Self>) -> Result<(), std::fmt::Error> {
        cx.sleep(Duration::from_secs(1)).await;
        Ok(())
    }
}

fn main() {
    _ = Runner::new().add(Quiet::default());
    _ = || Runner::new().add(Waiting::default());
}
