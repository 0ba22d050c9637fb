//! JSONata's functions as a table, for completion and help. Not their code.

/// A function that an expression can call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// The name without the `$`.
    pub name: &'static str,
    /// How it is called: `$substring(text, start[, length])`.
    pub signature: &'static str,
    /// One line: what it gives.
    pub about: &'static str,
    /// What it is for: `text`, `number`, `list`, `object`, `date`, `logic`, `flow`.
    pub group: &'static str,
}

/// All functions, grouped, in the order of JSONata's documentation.
///
/// Source: docs.jsonata.org, 2.2; `$node` is Gantry's.
pub fn functions() -> &'static [Function] {
    FUNCTIONS
}

/// Whether an expression can call `$name` without giving it a value first.
pub(crate) fn is_function(name: &str) -> bool {
    FUNCTIONS.iter().any(|function| function.name == name)
}

const fn f(
    group: &'static str,
    name: &'static str,
    signature: &'static str,
    about: &'static str,
) -> Function {
    Function { name, signature, about, group }
}

#[rustfmt::skip]
const FUNCTIONS: &[Function] = &[
    f("flow", "node", "$node(id)", "The item of an earlier node that this item came from"),
    f("text", "string", "$string(value[, pretty])", "The value as a text; lists and objects as JSON"),
    f("text", "length", "$length(text)", "How many characters the text has"),
    f("text", "substring", "$substring(text, start[, length])", "A part of the text, counted from 0"),
    f("text", "substringBefore", "$substringBefore(text, mark)", "What stands before the first mark"),
    f("text", "substringAfter", "$substringAfter(text, mark)", "What stands after the first mark"),
    f("text", "uppercase", "$uppercase(text)", "The text in capitals"),
    f("text", "lowercase", "$lowercase(text)", "The text in small letters"),
    f("text", "trim", "$trim(text)", "The text without blanks around it, and single blanks inside"),
    f("text", "pad", "$pad(text, width[, char])", "The text filled up to a width; to the left with a negative one"),
    f("text", "contains", "$contains(text, pattern)", "Whether the pattern occurs in the text"),
    f("text", "split", "$split(text, separator[, limit])", "The parts of the text between the separators"),
    f("text", "join", "$join(list[, separator])", "The texts of a list as one"),
    f("text", "match", "$match(text, pattern[, limit])", "Where a regular expression matches, with its groups"),
    f("text", "replace", "$replace(text, pattern, by[, limit])", "The text with each match replaced"),
    f("text", "eval", "$eval(text[, context])", "The result of a text that is an expression"),
    f("text", "base64encode", "$base64encode(text)", "The text in Base64"),
    f("text", "base64decode", "$base64decode(text)", "The text that was in Base64"),
    f("text", "encodeUrlComponent", "$encodeUrlComponent(text)", "The text made fit for one part of a URL"),
    f("text", "encodeUrl", "$encodeUrl(text)", "The URL with unfit characters escaped"),
    f("text", "decodeUrlComponent", "$decodeUrlComponent(text)", "The text of an escaped part of a URL"),
    f("text", "decodeUrl", "$decodeUrl(text)", "The URL with its escapes undone"),
    f("number", "number", "$number(value)", "The number that a text holds"),
    f("number", "abs", "$abs(number)", "The number without its sign"),
    f("number", "floor", "$floor(number)", "The next whole number below"),
    f("number", "ceil", "$ceil(number)", "The next whole number above"),
    f("number", "round", "$round(number[, digits])", "The number rounded, halves to the even neighbour"),
    f("number", "power", "$power(base, exponent)", "The base raised to the exponent"),
    f("number", "sqrt", "$sqrt(number)", "The square root"),
    f("number", "random", "$random()", "A random number from 0 up to 1"),
    f("number", "formatNumber", "$formatNumber(number, picture[, options])", "The number as a text by a picture such as #,##0.00"),
    f("number", "formatBase", "$formatBase(number[, radix])", "The whole number in another base"),
    f("number", "formatInteger", "$formatInteger(number, picture)", "The whole number as a text: words, Roman, with leading zeros"),
    f("number", "parseInteger", "$parseInteger(text, picture)", "The whole number that a text shows by a picture"),
    f("number", "decimal", "$decimal(expression)", "What the expression gives when it is counted in exact decimals, as money is"),
    f("number", "sum", "$sum(list)", "The numbers of a list together"),
    f("number", "max", "$max(list)", "The largest number of a list"),
    f("number", "min", "$min(list)", "The smallest number of a list"),
    f("number", "average", "$average(list)", "The mean of a list of numbers"),
    f("logic", "boolean", "$boolean(value)", "Whether the value is something other than empty, 0, false or null"),
    f("logic", "not", "$not(value)", "The opposite of a yes or no"),
    f("logic", "exists", "$exists(value)", "Whether there is anything, null included"),
    f("list", "count", "$count(list)", "How many entries a list has"),
    f("list", "append", "$append(list, list)", "Both lists as one"),
    f("list", "sort", "$sort(list[, function])", "The list in order"),
    f("list", "reverse", "$reverse(list)", "The list from its end"),
    f("list", "shuffle", "$shuffle(list)", "The list in random order"),
    f("list", "distinct", "$distinct(list)", "The list without repetitions"),
    f("list", "zip", "$zip(list, …)", "Lists of the first, second, … entries of each list"),
    f("list", "map", "$map(list, function)", "What the function gives for each entry"),
    f("list", "filter", "$filter(list, function)", "The entries that the function says yes to"),
    f("list", "single", "$single(list, function)", "The one entry that the function says yes to"),
    f("list", "reduce", "$reduce(list, function[, start])", "The entries put together, two at a time"),
    f("object", "keys", "$keys(object)", "The names of the fields"),
    f("object", "lookup", "$lookup(object, key)", "The value of a field by its name"),
    f("object", "spread", "$spread(object)", "A list of objects with one field each"),
    f("object", "merge", "$merge(list)", "The objects of a list as one; later fields win"),
    f("object", "each", "$each(object, function)", "What the function gives for each field"),
    f("object", "sift", "$sift(object, function)", "The fields that the function says yes to"),
    f("object", "type", "$type(value)", "The type: string, number, boolean, array, object, null"),
    f("logic", "error", "$error([message])", "Stops with an error"),
    f("logic", "assert", "$assert(condition[, message])", "Stops with an error unless the condition holds"),
    f("date", "now", "$now([picture[, timezone]])", "The time of the run as a text, ISO 8601 without a picture"),
    f("date", "millis", "$millis()", "The time of the run in milliseconds since 1970"),
    f("date", "fromMillis", "$fromMillis(ms[, picture[, timezone]])", "Milliseconds since 1970 as a text"),
    f("date", "toMillis", "$toMillis(text[, picture])", "The milliseconds since 1970 of a date in a text"),
];
