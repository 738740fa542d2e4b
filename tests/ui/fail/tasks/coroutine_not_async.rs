use asp::prelude::*;

fn main() -> asp::Result<()> {
    Runner::new().spawn(|cx| println!("{}", cx.now())).run()?;
    Ok(())
}
