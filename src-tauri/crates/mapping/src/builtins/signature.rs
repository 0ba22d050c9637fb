//! What arguments a function takes, as JSONata writes it: `<s-nn?:s>`. Not what it does with them.

use crate::eval::val::{Val, kind};
use crate::eval::{Args, Res, fault};

/// The parameters of a function.
#[derive(Debug, Clone)]
pub(crate) struct Signature {
    parameters: Vec<Parameter>,
    /// With so many arguments none is missing but optional ones at the end.
    least: usize,
}

#[derive(Debug, Clone)]
struct Parameter {
    /// The kinds that fit, nothing included.
    kinds: u8,
    /// Whether anything is taken as a list: a single value is one of one entry.
    is_list: bool,
    /// What the entries of a list must be; 0 is anything.
    entries: u8,
    is_optional: bool,
    /// Whether the input stands in where it is not given.
    from_input: bool,
    /// Whether it takes as many arguments as there are.
    is_repeated: bool,
}

const ANY: u8 = kind::TEXT | kind::NUMBER | kind::BOOL | kind::NULL | kind::LIST | kind::OBJECT;

fn kinds(symbol: char) -> u8 {
    kind::NOTHING
        | match symbol {
            's' => kind::TEXT,
            'n' => kind::NUMBER,
            'b' => kind::BOOL,
            'l' => kind::NULL,
            'o' => kind::OBJECT,
            'a' => kind::LIST,
            'f' => kind::FUNCTION,
            'j' => ANY,
            'x' => ANY | kind::FUNCTION,
            _ => 0,
        }
}

impl Signature {
    /// Reads a signature, with its angle brackets.
    ///
    /// # Errors
    /// `S0401` for `<>` behind what holds nothing, `S0402` for `<>` within a choice.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let mut parameters: Vec<Parameter> = Vec::new();
        let chars: Vec<char> = text.chars().skip(1).collect();
        let mut at = 0;
        while let Some(&symbol) = chars.get(at) {
            match symbol {
                ':' | '>' => break,
                's' | 'n' | 'b' | 'l' | 'o' | 'a' | 'f' | 'j' | 'x' => {
                    parameters.push(Parameter::of(symbol));
                }
                '(' => {
                    let end = closing(&chars, at, '(', ')');
                    let choice = &chars[at + 1..end.min(chars.len())];
                    if choice.contains(&'<') {
                        return Err("S0402");
                    }
                    let all = choice.iter().fold(kind::NOTHING, |all, c| all | kinds(*c));
                    parameters.push(Parameter { kinds: all, ..Parameter::of(' ') });
                    at = end;
                }
                '<' => {
                    let end = closing(&chars, at, '<', '>');
                    let Some(last) = parameters.last_mut() else { return Err("S0401") };
                    if !last.is_list && last.kinds & !kind::NOTHING != kind::FUNCTION {
                        return Err("S0401");
                    }
                    if last.is_list {
                        let inner = chars.get(at + 1).copied().unwrap_or(' ');
                        last.entries = kinds(inner) & !kind::NOTHING;
                    }
                    at = end;
                }
                modifier => {
                    if let Some(last) = parameters.last_mut() {
                        last.is_optional |= matches!(modifier, '?' | '-');
                        last.from_input |= modifier == '-';
                        last.is_repeated |= modifier == '+';
                    }
                }
            }
            at += 1;
        }
        let is_open = |parameter: &Parameter| parameter.is_optional && !parameter.from_input;
        let n_open = parameters.iter().rev().take_while(|parameter| is_open(parameter)).count();
        let is_repeated = parameters.iter().any(|parameter| parameter.is_repeated);
        let n = parameters.len();
        // One that may come often is never plain.
        let least = if is_repeated { usize::MAX } else { n - n_open };
        Ok(Self { parameters, least })
    }

    /// The arguments as the function gets them: lists where it takes lists, the input where it
    /// stands in.
    ///
    /// # Errors
    /// `T0410` for an argument that does not fit, `T0411` for an input that does not, `T0412` for
    /// the entries of a list.
    #[inline]
    pub(crate) fn fit<'v>(&self, arguments: &mut Args<'v>, input: &Val<'v>) -> Res<()> {
        let n = arguments.len();
        let is_plain = n >= self.least
            && n <= self.parameters.len()
            && self.parameters.iter().zip(arguments.iter()).all(|(parameter, argument)| {
                if parameter.is_list {
                    parameter.takes_list(argument)
                } else {
                    parameter.kinds & argument.kind() != 0
                }
            });
        if !is_plain {
            *arguments = self.fit_any(arguments, input)?;
        }
        Ok(())
    }

    fn fit_any<'v>(&self, arguments: &Args<'v>, input: &Val<'v>) -> Res<Args<'v>> {
        let given: Vec<u8> = arguments.iter().map(Val::kind).collect();
        let mut taken = vec![0; self.parameters.len()];
        if !matches(&self.parameters, &given, &mut taken) {
            let good = self.good_to(&given);
            let message = format!(
                "Argument {} does not fit: it is {}.",
                good + 1,
                arguments.get(good).map_or("missing, or one too many", |found| name(found.kind()))
            );
            return Err(fault("T0410", message));
        }
        let mut out = Args::new();
        let mut index = 0;
        for (parameter, n_taken) in self.parameters.iter().zip(taken) {
            if n_taken == 0 && parameter.from_input {
                out.push(parameter.take_input(input, index)?);
                continue;
            }
            // One that is left out moves on all the same, as it does in JSONata.
            for _ in 0..n_taken.max(1) {
                let argument = arguments.get(index).cloned().unwrap_or(Val::Nothing);
                index += 1;
                out.push(if n_taken == 0 { argument } else { parameter.take(argument, index)? });
            }
        }
        Ok(out)
    }

    /// The fewest and the most arguments that it can be called with; none is no bound.
    pub(crate) fn n_arguments(&self) -> (usize, Option<usize>) {
        let needed = self.parameters.iter().filter(|parameter| !parameter.is_optional).count();
        let is_repeated = self.parameters.iter().any(|parameter| parameter.is_repeated);
        (needed, (!is_repeated).then_some(self.parameters.len()))
    }

    /// How many arguments fit, for the error.
    fn good_to(&self, given: &[u8]) -> usize {
        let mut good = 0;
        for n in 1..=self.parameters.len() {
            let fits = (0..=given.len()).rev().find(|len| {
                let mut taken = vec![0; n];
                matches(&self.parameters[..n], &given[..*len], &mut taken)
            });
            match fits {
                Some(len) => good = len,
                None => return good,
            }
        }
        good
    }
}

impl Parameter {
    fn of(symbol: char) -> Self {
        let is_list = symbol == 'a';
        Self {
            kinds: if is_list { kinds('x') } else { kinds(symbol) },
            is_list,
            entries: 0,
            is_optional: false,
            from_input: false,
            is_repeated: false,
        }
    }

    /// Whether an argument is a list that fits as it is.
    fn takes_list(&self, argument: &Val<'_>) -> bool {
        match argument {
            Val::List(list) => {
                self.entries == 0 || list.items.iter().all(|item| self.entries & item.kind() != 0)
            }
            Val::Range(..) => self.entries == 0 || self.entries & kind::NUMBER != 0,
            Val::Ref(_) | Val::Own(_) => self.entries == 0 && argument.kind() == kind::LIST,
            _ => false,
        }
    }

    fn take_input<'v>(&self, input: &Val<'v>, index: usize) -> Res<Val<'v>> {
        let input = input.unwrapped();
        if self.kinds & input.kind() != 0 {
            return Ok(input);
        }
        let message = format!(
            "The function takes its input here, as argument {} is missing, and that is {}.",
            index + 1,
            name(input.kind())
        );
        Err(fault("T0411", message))
    }

    fn take<'v>(&self, argument: Val<'v>, index: usize) -> Res<Val<'v>> {
        if !self.is_list || argument.is_nothing() {
            return Ok(argument);
        }
        let is_list = argument.kind() == kind::LIST;
        if self.entries != 0 {
            let fits = if self.takes_list(&argument) {
                true
            } else if is_list {
                // The first entry says what all are.
                argument.entries().all(|entry| self.entries & entry.kind() != 0)
            } else {
                self.entries & argument.kind() != 0
            };
            if !fits {
                let message = format!(
                    "Argument {index} must be a list in which each entry is {}.",
                    name(self.entries)
                );
                return Err(fault("T0412", message));
            }
        }
        Ok(if is_list { argument } else { Val::list(vec![argument]) })
    }
}

/// Whether the kinds fit the parameters, taking as many for each as can be; `taken` says how many.
fn matches(parameters: &[Parameter], given: &[u8], taken: &mut [usize]) -> bool {
    let Some((parameter, rest)) = parameters.split_first() else { return given.is_empty() };
    let fitting = given.iter().take_while(|found| parameter.kinds & **found != 0).count();
    let most = if parameter.is_repeated { fitting } else { fitting.min(1) };
    let least = usize::from(!parameter.is_optional);
    let (first, others) = taken.split_first_mut().expect("there is a count for each parameter");
    for n in (least..=most).rev() {
        if matches(rest, &given[n..], others) {
            *first = n;
            return true;
        }
    }
    false
}

fn closing(chars: &[char], start: usize, open: char, close: char) -> usize {
    let mut depth = 0;
    for (at, c) in chars.iter().enumerate().skip(start) {
        if *c == open {
            depth += 1;
        } else if *c == close {
            depth -= 1;
            if depth == 0 {
                return at;
            }
        }
    }
    chars.len()
}

/// What users call a kind.
pub(crate) fn name(kinds: u8) -> &'static str {
    match kinds {
        kind::TEXT => "a text",
        kind::NUMBER => "a number",
        kind::BOOL => "true or false",
        kind::NULL => "null",
        kind::LIST => "a list",
        kind::OBJECT => "an object",
        kind::FUNCTION => "a function",
        kind::NOTHING => "nothing",
        _ => "of another type",
    }
}
