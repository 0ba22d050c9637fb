//! Expressions that mean harm: each ends within its limits. A process of its own, so that its
//! memory can be told.

use std::time::{Duration, Instant};

use data::Value;
use mapping::{Expression, Limits, NoNames};

const LIMIT: Duration = Duration::from_millis(100);
/// What an expression may take beyond its limit.
const BEYOND: Duration = Duration::from_millis(50);
const MOST_KB: u64 = 100 * 1024;

/// The processor time that this thread has used: unlike the clock, it does not count the time that
/// others on the machine take.
fn used() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

/// The most memory that the process had, in KB.
fn peak_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn sources() -> Vec<(&'static str, String)> {
    let nested =
        |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
    [
        ("100,000 nested parentheses", nested("(", ")")),
        ("100,000 nested lists", nested("[", "]")),
        ("100,000 minuses", "-".repeat(100_000) + "1"),
        ("100,000 steps", "a.".repeat(100_000) + "a"),
        ("100,000 additions", "1+".repeat(100_000) + "1"),
        ("100,000 nested functions", "function(){".repeat(100_000)),
        ("endless recursion", "($f := function($n) { 1 + $f($n + 1) }; $f(1))".to_owned()),
        ("endless tail recursion", "($f := function($n) { $f($n + 1) }; $f(1))".to_owned()),
        ("recursion over two functions", "($f := function() { $g() & 'x' }; $g := function() { $f() & 'y' }; $f())".to_owned()),
        ("recursion of closures", "($f := function($n, $k) { $n = 0 ? $k() : $f($n - 1, function() { $k() }) }; $f(1000000, function() { 1 }))".to_owned()),
        ("a padding of 1e9", "$pad('x', 1e9)".to_owned()),
        ("a padding of 1e300", "$pad('x', -1e300, 'abc')".to_owned()),
        ("10 GB of replacements", "$replace($pad('', 100000, 'a'), 'a', $pad('', 100000, 'b'))".to_owned()),
        ("10 GB of replacements by pattern", "$replace($pad('', 100000, 'a'), /a/, $pad('', 100000, 'b'))".to_owned()),
        ("texts that double", "$reduce([1..100], function($s, $i) { $s & $s }, 'abcdefgh')".to_owned()),
        ("lists that double", "$reduce([1..100], function($l, $i) { $append($l, $l) }, [1, 2])".to_owned()),
        ("many long texts", "[1..1000].$pad('x', 1e6)".to_owned()),
        ("long texts held in a recursion", "($f := function($n) { ($s := $pad('x', 1e6); $length($s) + $f($n + 1)) }; $f(0))".to_owned()),
        ("long texts held in arguments", "($f := function($n) { $append($pad('x', 1e6), $f($n + 1)) }; $f(0))".to_owned()),
        ("the sum of 1e7 numbers", "$sum([1..10000000])".to_owned()),
        ("the sum of 1e7 counted numbers", "$sum([1..10000000].($ * 2))".to_owned()),
        ("1e7 numbers sorted", "$sort([1..10000000], function($a, $b) { $a < $b })".to_owned()),
        ("1e7 numbers mapped", "$map([1..10000000], function($n) { $n * 2 })".to_owned()),
        ("1e7 numbers filtered", "[1..10000000][$ % 2 = 0]".to_owned()),
        ("1e7 numbers as a text", "$string([1..10000000])".to_owned()),
        ("1e7 numbers joined", "$join([1..10000000].$string(), ',')".to_owned()),
        ("all pairs of 1e4 numbers", "[1..10000].($a := $; [1..10000].($a * $))".to_owned()),
        ("all pairs as rows", "[1..10000]@$a.[1..10000]@$b[$a = $b]".to_owned()),
        ("a list of lists without end", "$reduce([1..1000000], function($l, $i) { [[$l]] }, [])".to_owned()),
        ("an object in objects without end", "$reduce([1..1000000], function($o, $i) { {'o': $o} }, {})".to_owned()),
        ("a deep object as a text", "$string($reduce([1..20000], function($o, $i) { {'o': $o} }, {}))".to_owned()),
        ("deep objects compared", "($d := $reduce([1..20000], function($o, $i) { {'o': $o} }, {}); $d = $d)".to_owned()),
        ("a chain of functions without end", "($g := function($f, $n) { $n = 0 ? $f : $g($f ~> $uppercase, $n - 1) }; $g($trim, 1000000)('x'))".to_owned()),
        ("functions given their arguments without end", "($g := function($f, $n) { $n = 0 ? $f : $g($f(?), $n - 1) }; $g($trim, 1000000)('x'))".to_owned()),
        ("a pattern that goes back and forth", "$match($pad('', 50000, 'a'), /^(a+)+$(?!b)/)".to_owned()),
        ("a pattern with nested repetitions", "$contains($pad('', 5000, 'a') & 'b', /(a|aa)+c/)".to_owned()),
        ("a pattern that is huge", "$contains('a', /((a{1000}){1000}){1000}/)".to_owned()),
        ("a pattern with a back-reference", "$contains($pad('', 5000, 'a'), /(a*)(a*)(a*)(a*)\\1\\2\\3\\4b/)".to_owned()),
        ("$eval in $eval", "($f := '$eval($f)'; $eval($f))".to_owned()),
        ("$eval of a long text", "$eval($pad('', 1000000, '('))".to_owned()),
        ("a picture of many digits", "$formatNumber(1, $pad('', 1000000, '0'))".to_owned()),
        ("a date of many digits", "$fromMillis(1, '[Y,1000000000-1000000000]')".to_owned()),
        ("a number in words", "$formatInteger(1e300, 'w')".to_owned()),
        ("a power of powers", "$power(9e99, 9e99)".to_owned()),
        ("descendants of descendants", "$count([1..300].{'a': [1..100]}.**.**)".to_owned()),
        ("a split into single characters", "$split($pad('', 10000000, 'ab'), '')".to_owned()),
        ("distinct entries of a long list", "$distinct([1..5000000])".to_owned()),
        ("a transform of a large list", "[1..100000].{'a': $} ~> |$|{'b': a}|".to_owned()),
    ]
    .to_vec()
}

#[test]
fn hostile_expressions_end_within_their_limits() {
    let limits = Limits { time: LIMIT, ..Limits::default() };
    let item = Value::null();
    let mut bad = Vec::new();
    for (name, source) in sources() {
        let (started, before) = (Instant::now(), used());
        let result = Expression::parse(&source)
            .and_then(|expression| expression.eval_within(Some(&item), &NoNames, &limits));
        let taken = match (used(), before) {
            (Some(after), Some(before)) => after.saturating_sub(before),
            _ => started.elapsed(),
        };
        let outcome = match &result {
            Ok(Some(value)) => value.to_string().chars().take(30).collect(),
            Ok(None) => "nothing".to_owned(),
            Err(fault) => fault.code.clone(),
        };
        let peak_mb = peak_kb().unwrap_or(0) / 1024;
        println!("{:>4} ms {peak_mb:>4} MB  {outcome:<30}  {name}", taken.as_millis());
        // Without optimizations the steps between two looks at the clock take longer.
        let allowed = if cfg!(debug_assertions) { (LIMIT + BEYOND) * 5 } else { LIMIT + BEYOND };
        if taken > allowed {
            bad.push(format!("{name}: {} ms", taken.as_millis()));
        }
    }
    if let Some(peak) = peak_kb() {
        println!("at most {} MB of memory", peak / 1024);
        if peak > MOST_KB {
            bad.push(format!("{} MB of memory", peak / 1024));
        }
    }
    assert!(bad.is_empty(), "beyond the limits: {bad:#?}");
}
