//! `#[derive(Params)]`: its faults, its docs and its expansion.

use super::docs::docs_of;
use super::tokens;
use crate::params;
use crate::words::PARAM_KEYS;

/// The faults of a struct with this field.
fn of_field(field: &str) -> Vec<String> {
    params::faults(&format!("struct Crossover {{ {field}, position: i64 }}"))
}

fn fault(field: &str) -> String {
    let faults = of_field(field);
    assert_eq!(faults.len(), 1, "{field}: {faults:?}");
    faults[0].clone()
}

#[test]
fn sound_parameters_have_no_faults() {
    let fields = [
        "#[param(range = 5..=50, step = 5)] fast: usize",
        "#[param(range = 5..=50)] fast: usize",
        "#[param(range = -5..=5)] fast: i8",
        "#[param(range = LOW..=HIGH, step = STEP)] fast: f64",
        "#[param(range = LOW..=50)] fast: Count",
        "#[param(range = 0.1..=0.5, step = 0.1)] limit: f32",
        "#[param(range = 1f64..=5f64, step = 1.0)] limit: f64",
        "#[param(range = \"1s\"..=\"10s\", step = \"1s\")] delay: Duration",
        "#[param(range = 5..=5)] fast: usize",
        "#[param(values = [1, 2, 5])] fast: usize",
        "#[param(values = LEVELS)] fast: usize",
        "#[param(values = levels(5, 7))] fast: usize",
        "#[param(values = [\"1s\", \"1min\"])] delay: asp::Duration",
        "#[param(values = [\"1s\", \"never\"])] delay: Delay",
        "#[param(values = [\"slow\", \"fast\"])] mode: String",
        "#[param(values = [Mode::Slow, Mode::Fast])] mode: Mode",
        "#[asp::param(range = 5..=50, step = 5,)] r#type: usize",
        "#[param(range = 5..=50)] #[param(step = 5)] fast: usize",
    ];
    for field in fields {
        assert_eq!(of_field(field), Vec::<String>::new(), "{field}");
    }
}

#[test]
fn all_faults_are_reported() {
    let item = "
        #[params(krate = x)]
        struct Crossover {
            #[param] a: usize,
            #[param(rnage = 5..=50)] b: usize,
            #[param(range = 5..50)] c: usize,
            #[param(range = 5..=50, step = 0)] d: usize,
        }";
    let faults = params::faults(item);
    let first: Vec<&str> = faults.iter().filter_map(|text| text.lines().next()).collect();
    assert_eq!(
        first,
        [
            "`#[params]` takes the path of asp",
            "`#[param]` needs the values of the parameter",
            "`#[param]` has no key `rnage`",
            "`range` takes both ends, which belong to it",
            "`step = 0` leads nowhere",
        ]
    );
}

#[test]
fn ranges_are_looked_at() {
    let range = "`range` takes both ends, which belong to it\n= help: write ";
    assert_eq!(fault("#[param(range = 5..50)] a: usize"), format!("{range}`range = 5..=50`"));
    assert_eq!(fault("#[param(range = ..=40)] a: usize"), format!("{range}`range = 5..=40`"));
    assert_eq!(fault("#[param(range = 7..)] a: usize"), format!("{range}`range = 7..=50`"));
    assert_eq!(fault("#[param(range = 7)] a: usize"), format!("{range}`range = 5..=50`"));
    assert_eq!(fault("#[param(range)] a: usize"), format!("{range}`range = 5..=50`"));
    assert_eq!(
        fault("#[param(range = 5..=-5)] a: i64"),
        "range `5..=-5` is empty\n= help: write the lower end first: `range = -5..=5`"
    );
    assert_eq!(
        fault("#[param(range = \"1min\"..=\"1s\", step = \"1s\")] a: Duration"),
        "range `\"1min\"..=\"1s\"` is empty\n= help: write the lower end first: `range = \"1s\"..=\"1min\"`"
    );
    // Both are wrong.
    assert_eq!(of_field("#[param(range = 50..=5, step = -5)] a: i64").len(), 2);
}

#[test]
fn steps_are_looked_at() {
    let help = "\n= help: write a step above zero; ranges go up";
    for (step, field) in [
        ("0", "#[param(range = 5..=50, step = 0)] a: usize"),
        ("-5", "#[param(range = 5..=50, step = -5)] a: i64"),
        ("0.0", "#[param(range = 0.5..=5.0, step = 0.0)] a: f64"),
        ("\"0s\"", "#[param(range = \"1s\"..=\"5s\", step = \"0s\")] a: Duration"),
    ] {
        assert_eq!(fault(field), format!("`step = {step}` leads nowhere{help}"));
    }
    assert_eq!(
        fault("#[param(range = 0.1..=0.5)] a: f64"),
        "a range of fractions needs a step\n= help: write `range = 0.1..=0.5, step = 0.1`"
    );
    assert_eq!(
        fault("#[param(range = \"1s\"..=\"5s\")] a: Duration"),
        "a range of durations needs a step\n= help: write `range = \"1s\"..=\"5s\", step = \"1s\"`"
    );
    assert_eq!(
        fault("#[param(step = 5)] a: usize"),
        "`step` goes with `range`\n= help: remove it, or write `range = 5..=50, step = 5`"
    );
    assert_eq!(
        fault("#[param(range = 5..=50, step)] a: usize"),
        "`step` takes a number or a duration\n= help: write `step = 5` or `step = \"5s\"`"
    );
}

#[test]
fn values_fit_their_field() {
    assert_eq!(
        fault("#[param(range = 0..=1, step = 0.1)] a: f64"),
        "this range has whole numbers and fractions\n= help: write `range = 0.0..=1.0, step = 0.1`"
    );
    assert_eq!(
        fault("#[param(range = \"1s\"..=\"5s\", step = 1)] a: Delay"),
        "this range has durations and whole numbers\n= help: write `range = \"5s\"..=\"50s\", step = \"5s\"`"
    );
    assert_eq!(
        fault("#[param(range = 0.1..=0.5, step = 0.1)] a: usize"),
        "`a` is `usize`, its values here are fractions\n= help: write `range = 5..=50, step = 5`"
    );
    assert_eq!(
        fault("#[param(range = 5..=50)] a: Duration"),
        "`a` is `Duration`, its values here are whole numbers\n\
         = help: write `range = \"5s\"..=\"50s\", step = \"5s\"`"
    );
    assert_eq!(
        fault("#[param(range = \"a\"..=\"b\")] a: String").lines().next(),
        Some("there are no ranges of what `a` is")
    );
    assert_eq!(
        fault("#[param(values = [\"1s\", \"1m\"])] a: Duration").lines().next(),
        Some("unit `m` is ambiguous")
    );
    let form = "`values` takes a list\n= help: write `values = [1, 2, 5]`";
    for field in ["values = 5", "values = (1, 2)", "values = {1}", "values = 1..=5", "values"] {
        assert_eq!(fault(&format!("#[param({field})] a: usize")), form, "{field}");
    }
    assert_eq!(
        fault("#[param(values = [])] a: usize"),
        "a parameter has at least one value\n= help: write `values = [1, 2, 5]`, or remove `#[param]`"
    );
    assert_eq!(of_field("#[param(range = 5..=50, values = [1])] a: usize").len(), 2);
    assert_eq!(
        fault("#[param(range = 5..=50, range = 6..=60)] a: usize"),
        "`range` is given twice for this parameter\n= help: remove one"
    );
    assert_eq!(
        fault("#[param(rang = 5..=50)] a: usize"),
        "`#[param]` has no key `rang`\n= help: a key with a similar name exists: `range`"
    );
    assert_eq!(
        fault("#[param(max = 50)] a: usize"),
        "`#[param]` has no key `max`\n= help: keys are `range`, `step`, `values`"
    );
}

#[test]
fn only_structs_with_named_fields_have_parameters() {
    for (item, what) in [
        ("struct Pair(usize, usize);", "a tuple struct"),
        ("struct Unit;", "a struct without fields"),
        ("enum Mode { A, B }", "an enum"),
        ("union Bits { a: u8 }", "a union"),
    ] {
        let faults = params::faults(item);
        assert_eq!(faults.len(), 1, "{item}");
        assert!(faults[0].contains(&format!("named fields, not on {what}\n")), "{}", faults[0]);
    }
    assert_eq!(
        params::faults("struct Crossover { fast: usize }"),
        ["no field of `Crossover` is a parameter\n= help: write `#[param(range = 5..=50, step = 5)]` on one"]
    );
}

#[test]
fn the_docs_list_the_keys() {
    let docs = docs_of("params");
    let rows: Vec<&str> = docs.lines().filter(|line| line.starts_with("| `")).collect();
    let keys = PARAM_KEYS.iter().map(|key| format!("| `{}` | {} |", key.name, key.meaning));
    assert_eq!(rows, keys.collect::<Vec<_>>());
    let (_, errors) = docs.split_once("# Typical errors").expect("errors are shown");
    assert_eq!(errors.matches("error:").count(), 2);
}

#[test]
fn the_expansion_is_a_row_for_each_parameter() {
    let item = "
        #[params(crate = ::engine)]
        struct Crossover<T> where T: Copy {
            #[param(range = 5..=50, step = 5)] fast: usize,
            #[param(range = \"1s\"..=\"10s\", step = \"1s\")] delay: Duration,
            #[param(values = [1, 2])] r#type: u8,
            #[param(values = [\"a\", \"b\"])] mode: String,
            state: T,
        }";
    let file = syn::parse2(params::derive(tokens(item))).expect("an item");
    insta::assert_snapshot!(prettyplease::unparse(&file), @r#"
    #[automatically_derived]
    impl<T> ::engine::Params for Crossover<T>
    where
        T: Copy,
    {
        fn params() -> ::std::vec::Vec<::engine::sweep::Param<Self>> {
            ::core::convert::Into::into([
                ::engine::sweep::Param::<
                    Self,
                >::range::<
                    usize,
                >(
                    "fast",
                    |__asp_of| &__asp_of.fast,
                    |__asp_of| &mut __asp_of.fast,
                    ::core::ops::RangeInclusive::new(5, 50),
                    5,
                ),
                ::engine::sweep::Param::<
                    Self,
                >::range::<
                    Duration,
                >(
                    "delay",
                    |__asp_of| &__asp_of.delay,
                    |__asp_of| &mut __asp_of.delay,
                    ::core::ops::RangeInclusive::new(
                        ::engine::Duration::from_nanos(1000000000i64),
                        ::engine::Duration::from_nanos(10000000000i64),
                    ),
                    ::engine::Duration::from_nanos(1000000000i64),
                ),
                ::engine::sweep::Param::<
                    Self,
                >::values::<
                    u8,
                >(
                    "type",
                    |__asp_of| &__asp_of.r#type,
                    |__asp_of| &mut __asp_of.r#type,
                    [1, 2],
                ),
                ::engine::sweep::Param::<
                    Self,
                >::texts::<
                    String,
                >(
                    "mode",
                    |__asp_of| &__asp_of.mode,
                    |__asp_of| &mut __asp_of.mode,
                    ["a", "b"],
                ),
            ])
        }
    }
    const _: ::core::option::Option<&'static ::core::primitive::str> = ::core::option_env!(
        "ASP_EXPAND"
    );
    "#);
}
