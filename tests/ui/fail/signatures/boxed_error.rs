use asp::prelude::*;

struct Counter(u32);

#[strategy]
impl Counter {
    #[on_event(stream = "numbers")]
    fn count(&mut self, number: String) -> Result<(), Box<dyn std::error::Error>> {
        self.0 += number.parse::<u32>()?;
        Ok(())
    }
}

fn main() {}
