//! What the program would understand if it had been built with other features: accepted, hidden, to say so.

use clap::{Arg, ArgMatches, Command};

use crate::fault::Fault;

/// True if the program was built with this feature.
pub(super) type IsBuilt = fn(&str) -> bool;

/// Flags, the feature that each belongs to, and the commands that have it beside the program itself.
const FLAGS: [(&str, &str, &[&str]); 6] = [
    ("report", "report", &["run", "sweep"]),
    ("compare", "report", &["run"]),
    ("set", "sweep", &["run"]),
    ("view", "view", &["run"]),
    ("view-until", "view", &["run"]),
    ("view-anyone", "view", &["run"]),
];

/// Commands, and the feature that each belongs to.
const COMMANDS: [(&str, &str); 1] = [("sweep", "sweep")];

/// That of this program.
pub(super) fn is_built(feature: &str) -> bool {
    const BUILT: [(&str, bool); 3] = [
        ("report", cfg!(feature = "report")),
        ("sweep", cfg!(feature = "sweep")),
        ("view", cfg!(feature = "view")),
    ];
    BUILT.contains(&(feature, true))
}

/// Lets the command line have what is absent.
pub(super) fn accepted(mut command: Command, is_built: IsBuilt) -> Command {
    for (flag, _, commands) in absent_flags(is_built) {
        command = command.arg(hidden(flag));
        for name in commands {
            if command.find_subcommand(name).is_some() {
                command = command.mut_subcommand(name, |command| command.arg(hidden(flag)));
            }
        }
    }
    for (name, _) in absent_commands(is_built) {
        let rest = Arg::new("rest").num_args(0..).trailing_var_arg(true).allow_hyphen_values(true);
        command = command.subcommand(Command::new(name).hide(true).disable_help_flag(true).arg(rest));
    }
    command
}

/// What is wrong with arguments that name something absent.
pub(super) fn refused(matches: &ArgMatches, is_built: IsBuilt) -> Option<Fault> {
    let below = matches.subcommand();
    if let Some((name, feature)) =
        absent_commands(is_built).find(|(name, _)| below.is_some_and(|(given, _)| given == *name))
    {
        return Some(without(name, feature));
    }
    let given = below.map_or(matches, |(_, matches)| matches);
    let is_given = |flag: &str| matches!(given.try_contains_id(flag), Ok(true));
    let (flag, feature, _) = absent_flags(is_built).find(|(flag, ..)| is_given(flag))?;
    Some(without(&format!("--{flag}"), feature))
}

fn absent_flags(
    is_built: IsBuilt,
) -> impl Iterator<Item = (&'static str, &'static str, &'static [&'static str])> {
    FLAGS.into_iter().filter(move |(_, feature, _)| !is_built(feature))
}

fn absent_commands(is_built: IsBuilt) -> impl Iterator<Item = (&'static str, &'static str)> {
    COMMANDS.into_iter().filter(move |(_, feature)| !is_built(feature))
}

/// A value may follow, and the flag may be given more than once: what is said is always the same.
fn hidden(flag: &'static str) -> Arg {
    Arg::new(flag).long(flag).hide(true).num_args(0..=1).action(clap::ArgAction::Append)
}

fn without(what: &str, feature: &str) -> Fault {
    Fault::usage(format_args!(
        "{what}: this program was built without the feature `{feature}`\n\
         = help: add it in Cargo.toml: `asp = {{ .., features = [\"app\", .., \"{feature}\"] }}`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(arguments: &[&str], is_built: IsBuilt) -> Option<String> {
        let command = Command::new("watch").subcommand(Command::new("run"));
        let command = if is_built("sweep") { command.subcommand(Command::new("sweep")) } else { command };
        let command = accepted(command.args_conflicts_with_subcommands(true), is_built);
        let matches = command.try_get_matches_from(arguments).unwrap();
        refused(&matches, is_built).map(|fault| fault.to_string())
    }

    fn text(what: &str, feature: &str) -> Option<String> {
        Some(format!(
            "{what}: this program was built without the feature `{feature}`\n\
             = help: add it in Cargo.toml: `asp = {{ .., features = [\"app\", .., \"{feature}\"] }}`"
        ))
    }

    #[test]
    fn what_is_absent_says_which_feature_has_it() {
        let none: IsBuilt = |_| false;
        assert_eq!(answer(&["watch", "--report", "run.html"], none), text("--report", "report"));
        assert_eq!(answer(&["watch", "--report"], none), text("--report", "report"));
        assert_eq!(answer(&["watch", "run", "--compare=old.json"], none), text("--compare", "report"));
        assert_eq!(answer(&["watch", "--set", "fast=1", "--set", "slow=2"], none), text("--set", "sweep"));
        assert_eq!(answer(&["watch", "--view", "8080", "--view-anyone"], none), text("--view", "view"));
        assert_eq!(answer(&["watch", "sweep", "--top", "3", "-q", "--help"], none), text("sweep", "sweep"));
        assert_eq!(answer(&["watch", "run"], none), None);
        let sweep: IsBuilt = |feature| feature == "sweep";
        assert_eq!(answer(&["watch", "sweep", "--report", "sweep.html"], sweep), text("--report", "report"));
        assert_eq!(answer(&["watch", "sweep"], sweep), None);
    }

    #[test]
    fn what_is_absent_is_hidden() {
        let none: IsBuilt = |_| false;
        let help = accepted(Command::new("watch"), none).render_long_help().to_string();
        assert!(!help.contains("report") && !help.contains("sweep"), "{help}");
    }

    #[test]
    fn what_is_built_is_left_alone() {
        let all: IsBuilt = |_| true;
        let command = accepted(Command::new("watch"), all);
        assert_eq!((command.get_arguments().count(), command.get_subcommands().count()), (0, 0));
    }
}
