//! JSONata's functions: their table, and how each gets its arguments. What they do is in the files
//! beside this one, by what they work on.

mod date;
mod higher;
mod list;
mod matching;
mod number;
mod object;
mod signature;
mod text;

use std::sync::{LazyLock, OnceLock};

pub(crate) use self::signature::{Signature, name as kind_name};
use crate::Fault;
use crate::compile::{Call, Node, Op};
use crate::eval::val::Val;
use crate::eval::{Args, Cx, Res, Scope, fault, truth};

/// Makes the functions, their names, arities and signatures of one list.
macro_rules! builtins {
    ($($variant:ident $name:literal $arity:literal $signature:literal,)*) => {
        /// A function of JSONata.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Builtin { $($variant),* }

        const ALL: &[(Builtin, &str, usize, &str)] =
            &[$((Builtin::$variant, $name, $arity, $signature)),*];
    };
}

// The arity is how many arguments a higher-order function hands to it.
builtins! {
    Sum "sum" 1 "<a<n>:n>",
    Count "count" 1 "<a:n>",
    Max "max" 1 "<a<n>:n>",
    Min "min" 1 "<a<n>:n>",
    Average "average" 1 "<a<n>:n>",
    String "string" 1 "<x-b?:s>",
    Substring "substring" 3 "<s-nn?:s>",
    SubstringBefore "substringBefore" 2 "<s-s:s>",
    SubstringAfter "substringAfter" 2 "<s-s:s>",
    Lowercase "lowercase" 1 "<s-:s>",
    Uppercase "uppercase" 1 "<s-:s>",
    Length "length" 1 "<s-:n>",
    Trim "trim" 1 "<s-:s>",
    Pad "pad" 3 "<s-ns?:s>",
    Match "match" 3 "<s-f<s:o>n?:a<o>>",
    Contains "contains" 2 "<s-(sf):b>",
    Replace "replace" 4 "<s-(sf)(sf)n?:s>",
    Split "split" 3 "<s-(sf)n?:a<s>>",
    Join "join" 2 "<a<s>s?:s>",
    FormatNumber "formatNumber" 3 "<n-so?:s>",
    FormatBase "formatBase" 2 "<n-n?:s>",
    FormatInteger "formatInteger" 2 "<n-s:s>",
    ParseInteger "parseInteger" 2 "<s-s:n>",
    Number "number" 1 "<(nsb)-:n>",
    Floor "floor" 1 "<n-:n>",
    Ceil "ceil" 1 "<n-:n>",
    Round "round" 2 "<n-n?:n>",
    Abs "abs" 1 "<n-:n>",
    Sqrt "sqrt" 1 "<n-:n>",
    Power "power" 2 "<n-n:n>",
    Random "random" 0 "<:n>",
    Boolean "boolean" 1 "<x-:b>",
    Not "not" 1 "<x-:b>",
    Map "map" 2 "<af>",
    Zip "zip" 0 "<a+>",
    Filter "filter" 2 "<af>",
    Single "single" 2 "<af?>",
    Reduce "reduce" 3 "<afj?:j>",
    Sift "sift" 2 "<o-f?:o>",
    Keys "keys" 1 "<x-:a<s>>",
    Lookup "lookup" 2 "<x-s:x>",
    Append "append" 2 "<xx:a>",
    Exists "exists" 1 "<x:b>",
    Spread "spread" 1 "<x-:a<o>>",
    Merge "merge" 1 "<a<o>:o>",
    Reverse "reverse" 1 "<a:a>",
    Each "each" 2 "<o-f:a>",
    Error "error" 1 "<s?:x>",
    Assert "assert" 2 "<bs?:x>",
    Type "type" 1 "<x:s>",
    Sort "sort" 2 "<af?:a>",
    Shuffle "shuffle" 1 "<a:a>",
    Distinct "distinct" 1 "<x:x>",
    Base64Encode "base64encode" 1 "<s-:s>",
    Base64Decode "base64decode" 1 "<s-:s>",
    EncodeUrlComponent "encodeUrlComponent" 1 "<s-:s>",
    EncodeUrl "encodeUrl" 1 "<s-:s>",
    DecodeUrlComponent "decodeUrlComponent" 1 "<s-:s>",
    DecodeUrl "decodeUrl" 1 "<s-:s>",
    Eval "eval" 2 "<sx?:x>",
    ToMillis "toMillis" 2 "<s-s?:n>",
    FromMillis "fromMillis" 3 "<n-s?s?:s>",
    Clone "clone" 1 "<(oa)-:o>",
    Now "now" 2 "<s?s?:s>",
    Millis "millis" 0 "<:n>",
}

static SIGNATURES: LazyLock<Vec<Signature>> = LazyLock::new(|| {
    let read = |row: &(Builtin, &str, usize, &str)| {
        Signature::parse(row.3).expect("the table's signatures are well formed")
    };
    ALL.iter().map(read).collect()
});

impl Builtin {
    /// The function of that name, without the `$`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// How many arguments a higher-order function hands to it.
    pub(crate) fn arity(self) -> usize {
        ALL[self as usize].2
    }

    /// The fewest and the most arguments that it can be called with; none is no bound.
    pub(crate) fn n_arguments(self) -> (usize, Option<usize>) {
        self.signature().n_arguments()
    }

    fn signature(self) -> &'static Signature {
        &SIGNATURES[self as usize]
    }
}

/// Something that is made of a call's constant arguments once, such as a picture.
pub(crate) type Kept = OnceLock<Picture>;

/// A picture that was read; boxed, as every call has room for one and few keep one.
#[derive(Debug)]
pub(crate) enum Picture {
    Number(Box<crate::picture::number::NumberPicture>),
    Integer(Box<crate::picture::integer::IntegerPicture>),
    Date(Box<crate::picture::datetime::DateTimePicture>),
}

/// Where a picture that comes as a constant is kept.
pub(crate) fn kept(call: Option<&Call>, index_from_end: usize) -> Option<&Kept> {
    let call = call?;
    let at = call.arguments.len().checked_sub(1 + index_from_end)?;
    is_constant(&call.arguments[at]).then_some(&call.kept)
}

fn is_constant(node: &Node) -> bool {
    matches!(node.op, Op::Literal(_)) && node.extra.is_none()
}

impl<'v> Cx<'v, '_> {
    /// Calls a function of JSONata.
    pub(crate) fn builtin(
        &self,
        builtin: Builtin,
        mut arguments: Args<'v>,
        input: &Val<'v>,
        scope: &Scope<'v>,
        call: Option<&Call>,
    ) -> Res<Val<'v>> {
        self.account.step(1)?;
        builtin.signature().fit(&mut arguments, input)?;
        let a = &arguments[..];
        let first = a.first().unwrap_or(&Val::Nothing);
        // Nearly all give nothing for nothing.
        match builtin {
            Builtin::Count if first.is_nothing() => return Ok(Val::Number(0.0)),
            Builtin::Exists => return Ok((!first.is_nothing()).into()),
            Builtin::Append => return list::append(self, a),
            Builtin::Random => return self.random().map(Val::Number),
            Builtin::Now => return date::now(self, a, call),
            Builtin::Millis => return date::millis(self),
            Builtin::Error => return Err(error(first)),
            Builtin::Assert => return assert(self, a),
            Builtin::Zip => return list::zip(self, a),
            Builtin::Each => return higher::each(self, a, scope),
            Builtin::Sift => return higher::sift(self, a, scope),
            _ if first.is_nothing() => return Ok(Val::Nothing),
            _ => {}
        }
        match builtin {
            Builtin::Sum => number::sum(self, first),
            Builtin::Count => Ok(Val::Number(first.len().unwrap_or(1) as f64)),
            Builtin::Max => number::extreme(self, first, f64::max),
            Builtin::Min => number::extreme(self, first, f64::min),
            Builtin::Average => number::average(self, first),
            Builtin::Number => number::number(first),
            Builtin::Floor | Builtin::Ceil | Builtin::Abs | Builtin::Sqrt => {
                number::simple(self, builtin, first)
            }
            Builtin::Round => Ok(number::round(self, a)),
            Builtin::Power => number::power(a),
            Builtin::FormatNumber => number::format_number(self, a, call),
            Builtin::FormatBase => number::format_base(a),
            Builtin::FormatInteger => number::format_integer(self, a, call),
            Builtin::ParseInteger => number::parse_integer(a, call),
            Builtin::ToMillis => date::to_millis(self, a, call),
            Builtin::FromMillis => date::from_millis(self, a, call),
            Builtin::Match => matching::matches(self, a, scope),
            Builtin::Contains => matching::contains(self, a, scope),
            Builtin::Replace => matching::replace(self, a, scope),
            Builtin::Split => matching::split(self, a, scope),
            Builtin::Map => higher::map(self, a, scope),
            Builtin::Filter => higher::filter(self, a, scope),
            Builtin::Single => higher::single(self, a, scope),
            Builtin::Reduce => higher::reduce(self, a, scope),
            Builtin::Sort => higher::sort(self, a, scope),
            Builtin::Reverse => list::reverse(self, first),
            Builtin::Shuffle => list::shuffle(self, first),
            Builtin::Distinct => list::distinct(self, first),
            Builtin::Keys => object::keys(self, first),
            Builtin::Lookup => object::lookup(self, a),
            Builtin::Spread => object::spread(self, first),
            Builtin::Merge => object::merge(self, first),
            Builtin::Clone => object::clone(self, first),
            Builtin::Type => Ok(Val::text(object::type_name(first))),
            Builtin::Boolean => Ok(truth(first).map_or(Val::Nothing, Val::bool)),
            Builtin::Not => Ok(truth(first).map_or(Val::Nothing, |truth| Val::bool(!truth))),
            Builtin::Eval => object::eval(self, a, input, scope),
            _ => text::text(self, builtin, a),
        }
    }

    /// A number from 0 up to 1.
    pub(crate) fn random(&self) -> Res<f64> {
        let Some(seed) = self.seed.get().or_else(|| self.names.seed()) else {
            let message = "There are no random numbers here, so $random() has no value.";
            return Err(fault("G0003", message));
        };
        // One step of SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number
        // Generators"); the upper 53 bits make a number in 0..1, as many as an f64 holds.
        let seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.seed.set(Some(seed));
        let mut number = seed;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^= number >> 31;
        Ok((number >> 11) as f64 / (1_u64 << 53) as f64)
    }
}

fn error(message: &Val<'_>) -> Box<Fault> {
    let message = message.as_str().filter(|text| !text.is_empty());
    fault("D3137", message.unwrap_or("The expression stopped itself with $error()."))
}

fn assert<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>]) -> Res<Val<'v>> {
    if cx.is_true(&a[0])? {
        return Ok(Val::Nothing);
    }
    let message = a.get(1).and_then(Val::as_str).filter(|text| !text.is_empty());
    Err(fault("D3141", message.unwrap_or("What $assert() asks for does not hold.")))
}
