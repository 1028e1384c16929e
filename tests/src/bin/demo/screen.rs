//! What the demonstration prints: plain lines, with colour on a terminal only.

use std::io::{IsTerminal, stdout};

const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";
const RED: &str = "31";

pub(crate) struct Screen {
    colour: bool,
    steps: usize,
}

impl Screen {
    pub(crate) fn new() -> Self {
        let colour = stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { colour, steps: 0 }
    }

    pub(crate) fn title(&self, text: &str) {
        println!("{}", self.paint(BOLD, text));
    }

    /// Begins a numbered step.
    pub(crate) fn step(&mut self, text: &str) {
        self.steps += 1;
        println!("\n{}", self.paint(BOLD, &format!("{}. {text}", self.steps)));
    }

    /// Begins what belongs to no step.
    pub(crate) fn heading(&self, text: &str) {
        println!("\n{}", self.paint(BOLD, text));
    }

    pub(crate) fn line(&self, text: &str) {
        println!("   {text}");
    }

    pub(crate) fn blank(&self) {
        println!();
    }

    pub(crate) fn note(&self, text: &str) {
        println!("   {}", self.paint(DIM, text));
    }

    pub(crate) fn command(&self, text: &str) {
        println!("   {}", self.paint(BOLD, &format!("$ {text}")));
    }

    /// A result that is as it should be. `word` says so without the colour, too.
    pub(crate) fn good(&self, word: &str, text: &str) {
        println!("   {} {text}", self.paint(GREEN, &format!("{word:<9}")));
    }

    /// A refusal, which is as it should be, too.
    pub(crate) fn refused(&self, word: &str, text: &str) {
        println!("   {} {text}", self.paint(RED, &format!("{word:<9}")));
    }

    fn paint(&self, style: &str, text: &str) -> String {
        if self.colour {
            format!("\x1b[{style}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}
