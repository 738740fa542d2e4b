use asp::prelude::*;

struct Greeter;

#[strategy]
impl Greeter {
    #[on_event(stream = "names")]
    fn greet(&mut self, _: String) {}
}

async fn run() -> asp::Result<()> {
    let names = vec!["Jane".to_owned()];
    Runner::new().feed(Greeter::NAMES, Source::live(names)).add(Greeter).run_live().await?;
    Ok(())
}

fn main() {
    drop(run());
}
