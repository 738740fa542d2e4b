use crate::duration::parse;

const SECOND: i64 = 1_000_000_000;

#[test]
fn lengths() {
    let table = [
        ("1s", SECOND),
        ("0s", 0),
        ("1ns", 1),
        ("250ms", 250_000_000),
        ("3us", 3_000),
        ("1.5s", 1_500_000_000),
        ("1.50s", 1_500_000_000),
        ("0.000000001s", 1),
        ("1h30min", 5_400 * SECOND),
        ("1d 12h", 129_600 * SECOND),
        ("1 d 12 h", 129_600 * SECOND),
        ("1d2h3min4s5ms6us7ns", 93_784_005_006_007),
        ("00060s", 60 * SECOND),
        ("106751d", 106_751 * 86_400 * SECOND),
        ("9223372036854775807ns", i64::MAX),
    ];
    for (text, nanos) in table {
        assert_eq!(parse(text), Ok(nanos), "{text}");
    }
}

#[test]
fn faults() {
    let units = "= help: units are `ns`, `us`, `ms`, `s`, `min`, `h`, `d`";
    let unit_list = "units are `ns`, `us`, `ms`, `s`, `min`, `h`, `d`";
    let examples = "= help: for example \"1s\", \"250ms\", \"1h30min\"";
    let calendar = "= note: calendar units have no fixed length";
    let longest = "= note: the longest is about 292 years, the range of a timestamp";
    let finest = "= note: time is counted in whole nanoseconds";
    let table = [
        ("", "the duration is empty", examples.to_owned()),
        ("  ", "the duration is empty", examples.to_owned()),
        ("1x", "unknown unit `x` in duration \"1x\"", units.to_owned()),
        ("1e3s", "unknown unit `e` in duration \"1e3s\"", units.to_owned()),
        ("1sec", "unknown unit `sec` in duration \"1sec\"", write("1s")),
        ("2 hours", "unknown unit `hours` in duration \"2 hours\"", write("2h")),
        ("1H", "unknown unit `H` in duration \"1H\"", write("1h")),
        ("5µs", "unknown unit `µs` in duration \"5µs\"", write("5us")),
        ("2weeks", "unknown unit `weeks` in duration \"2weeks\"", write("14d")),
        ("1hour 30minutes", "unknown unit `hour` in duration \"1hour 30minutes\"", write("1h30min")),
        ("1month", "unknown unit `month` in duration \"1month\"", format!("{units}\n{calendar}")),
        ("5m", "unit `m` is ambiguous", "= help: write \"5min\" or \"5ms\"".to_owned()),
        ("1h5m", "unit `m` is ambiguous", "= help: write \"1h5min\" or \"1h5ms\"".to_owned()),
        ("1M", "unit `M` is ambiguous", format!("= help: write \"1min\" or \"1ms\"\n{calendar}")),
        ("1", "duration \"1\" has no unit", format!("= help: write \"1s\" for one second; {unit_list}")),
        ("5", "duration \"5\" has no unit", format!("= help: write \"5s\" for 5 seconds; {unit_list}")),
        ("1h30", "`30` in duration \"1h30\" has no unit", format!("= help: write \"1h30min\"; {unit_list}")),
        ("1 5s", "`1` in duration \"1 5s\" has no unit", format!("= help: write \"1s\"; {unit_list}")),
        ("s", "duration \"s\" has no number", write("1s")),
        ("hours", "duration \"hours\" has no number", write("1h")),
        ("soon", "duration \"soon\" has no number", examples.to_owned()),
        ("-1s", "duration \"-1s\" is negative", "= help: remove the sign".to_owned()),
        ("999999999d", "duration \"999999999d\" is too long", longest.to_owned()),
        ("99999999999999999999s", "duration \"99999999999999999999s\" is too long", longest.to_owned()),
        ("106751d 24h", "duration \"106751d 24h\" is too long", longest.to_owned()),
        ("0.1ns", "duration \"0.1ns\" is finer than the clock", finest.to_owned()),
        (
            "0.00000000000000000001d",
            "duration \"0.00000000000000000001d\" is finer than the clock",
            finest.to_owned(),
        ),
        ("30min1h", "the parts of duration \"30min1h\" are out of order", write("1h30min")),
        ("1s1s", "the parts of duration \"1s1s\" are out of order", write("2s")),
        ("0s0s", "the parts of duration \"0s0s\" are out of order", write("0s")),
        ("1s later", "unexpected `later` in duration \"1s later\"", write("1s")),
        ("1s ", "unexpected space in duration \"1s \"", write("1s")),
        (" 1s", "unexpected space in duration \" 1s\"", write("1s")),
        ("1  s", "unexpected space in duration \"1  s\"", write("1 s")),
        ("1,5s", "unexpected `,` in duration \"1,5s\"", write("1.5s")),
        ("1_000s", "unexpected `_` in duration \"1_000s\"", write("1000s")),
        (".5s", "unexpected `.` in duration \".5s\"", write("0.5s")),
        ("1.s", "unexpected `.` in duration \"1.s\"", write("1s")),
        ("+1s", "unexpected `+` in duration \"+1s\"", write("1s")),
        ("1h-30min", "unexpected `-` in duration \"1h-30min\"", write("1h30min")),
        ("1/2s", "unexpected `/` in duration \"1/2s\"", examples.to_owned()),
        ("PT1H", "unexpected `PT1H` in duration \"PT1H\"", examples.to_owned()),
    ];
    for (text, message, rest) in table {
        let fault = parse(text).expect_err(text);
        assert_eq!(fault.to_string(), format!("{message}\n{rest}"), "{text:?}");
    }
}

#[test]
fn long_garbage_is_read_once() {
    assert!(parse(&"1s later ".repeat(20_000)).is_err());
}

fn write(text: &str) -> String {
    format!("= help: write \"{text}\"")
}
