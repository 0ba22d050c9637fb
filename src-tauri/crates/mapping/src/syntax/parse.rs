//! Reads JSONata source into a tree, by operator precedence; what cannot be read becomes a fault
//! and a broken part, and reading goes on behind it.

use super::lex::{Kind, Lexer, Token, span};
use super::{Expr, ExprKind, Operator, Term};
use crate::Fault;

/// Expressions that stand in one another deeper than this are refused.
const MAX_DEPTH: u32 = 1_000;
/// Longer sources are refused.
const MAX_BYTES: usize = 1 << 20;
/// Reading stops looking for more faults here.
const MAX_FAULTS: usize = 20;

/// Reads a source. Without faults the tree is whole; the first fault is the one that JSONata
/// itself would stop at.
pub fn parse(source: &str) -> (Expr, Vec<Fault>) {
    let source_read = if source.len() > MAX_BYTES { "" } else { source };
    let end = Token { kind: Kind::End, start: 0, end: 0 };
    let mut parser = Parser {
        source: source_read,
        lexer: Lexer::new(source_read, 0),
        token: end,
        faults: Vec::new(),
        missing: None,
        nesting: 0,
    };
    if source.len() > MAX_BYTES {
        let message = "The expression is longer than 1 MB. Split it over several fields or nodes.";
        parser.faults.push(Fault::new("G0009", message));
    }
    parser.advance(true);
    let tree = parser.expression(0);
    if parser.token.kind != Kind::End && parser.faults.is_empty() {
        parser.unexpected("S0201");
    }
    if let (Some(at), true) = (parser.missing, parser.faults.is_empty()) {
        let message = "The expression ends too early: something is missing at its end.";
        parser.faults.push(Fault::new("S0207", message).at(span(source_read, at, at)));
    }
    (tree, parser.faults)
}

struct Parser<'a> {
    source: &'a str,
    lexer: Lexer<'a>,
    token: Token<'a>,
    faults: Vec<Fault>,
    /// Where an operand was due and the source ended.
    missing: Option<usize>,
    nesting: u32,
}

/// How strongly an operator binds what stands before it; 0 ends an expression.
fn binding(symbol: &str) -> u8 {
    match symbol {
        "[" | "(" | "@" | "#" => 80,
        "." => 75,
        "{" => 70,
        "*" | "/" | "%" => 60,
        "+" | "-" | "&" => 50,
        "=" | "<" | ">" | "^" | "!=" | "<=" | ">=" | "~>" | "?:" | "??" | "in" => 40,
        "and" => 30,
        "or" => 25,
        "?" => 20,
        ":=" => 10,
        _ => 0,
    }
}

fn operator(symbol: &str) -> Option<Operator> {
    Some(match symbol {
        "+" => Operator::Add,
        "-" => Operator::Subtract,
        "*" => Operator::Multiply,
        "/" => Operator::Divide,
        "%" => Operator::Remainder,
        "&" => Operator::Concat,
        "=" => Operator::Equal,
        "!=" => Operator::Unequal,
        "<" => Operator::Less,
        "<=" => Operator::LessOrEqual,
        ">" => Operator::Greater,
        ">=" => Operator::GreaterOrEqual,
        "in" => Operator::In,
        "and" => Operator::And,
        "or" => Operator::Or,
        _ => return None,
    })
}

impl<'a> Parser<'a> {
    /// Moves to the next token; a fault of the lexer counts as the end.
    fn advance(&mut self, operand_is_due: bool) {
        match self.lexer.next(operand_is_due) {
            Ok(token) => self.token = token,
            Err(fault) => {
                self.tell(fault);
                let end = self.source.len();
                self.token = Token { kind: Kind::End, start: end, end };
            }
        }
    }

    fn tell(&mut self, fault: Fault) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(fault);
        }
    }

    fn is(&self, symbol: &str) -> bool {
        matches!(self.token.kind, Kind::Symbol(found) if found == symbol)
    }

    /// Moves past a symbol, or tells that it is missing.
    fn expect(&mut self, symbol: &str, operand_is_due: bool) -> bool {
        if self.is(symbol) {
            self.advance(operand_is_due);
            return true;
        }
        if self.token.kind == Kind::End {
            let at = self.source.len();
            let message = format!("The expression ends too early: {symbol} is missing.");
            self.tell(Fault::new("S0203", message).at(span(self.source, at, at)));
        } else {
            let message = format!("{symbol} is expected here, not {}.", self.token_text());
            self.tell(Fault::new("S0202", message).at(self.token_span()));
        }
        false
    }

    fn token_text(&self) -> String {
        format!("`{}`", &self.source[self.token.start..self.token.end])
    }

    fn token_span(&self) -> crate::Span {
        span(self.source, self.token.start, self.token.end)
    }

    fn unexpected(&mut self, code: &str) {
        let message = match code {
            "S0204" => format!("There is no operator {}.", self.token_text()),
            _ => format!("{} cannot stand here. Look at what comes before it.", self.token_text()),
        };
        self.tell(Fault::new(code, message).at(self.token_span()));
    }

    fn make(&mut self, kind: ExprKind, start: usize, at: &Token<'_>) -> Expr {
        let end = self.last_end(start, at.end);
        let mut expr = Expr {
            kind,
            span: start as u32..end as u32,
            at: at.start as u32..at.end as u32,
            depth: 0,
        };
        let inner = expr.children().iter().map(|child| child.depth).max().unwrap_or(0);
        expr.depth = inner + 1;
        if expr.depth > MAX_DEPTH {
            self.too_deep(start);
            expr = Expr { kind: ExprKind::Broken, depth: 1, ..expr };
        }
        expr
    }

    /// Where what has been read ends: before the blanks in front of the current token.
    fn last_end(&self, start: usize, at_least: usize) -> usize {
        let upto = self.token.start.max(at_least).min(self.source.len());
        let read = self.source.get(start..upto).unwrap_or_default();
        start + read.trim_end().len()
    }

    fn too_deep(&mut self, at: usize) {
        let message = format!(
            "The expression nests deeper than {MAX_DEPTH} levels. Split it over several fields or nodes."
        );
        let fault = Fault::new("G0009", message).at(span(self.source, at, at));
        self.tell(fault);
        let end = self.source.len();
        self.lexer = Lexer::new(self.source, end);
        self.token = Token { kind: Kind::End, start: end, end };
    }

    fn expression(&mut self, right: u8) -> Expr {
        // A level takes some hundred bytes of stack in release builds and some thousand in debug.
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.expression_within(right))
    }

    fn expression_within(&mut self, right: u8) -> Expr {
        self.nesting += 1;
        if self.nesting > MAX_DEPTH {
            self.too_deep(self.token.start);
        }
        let token = std::mem::replace(
            &mut self.token,
            Token { kind: Kind::End, start: self.source.len(), end: self.source.len() },
        );
        let mut left = self.prefix(&token);
        while let Kind::Symbol(symbol) = self.token.kind {
            let left_binding = binding(symbol);
            if left_binding <= right {
                if left_binding == 0 && matches!(symbol, "!" | "~") {
                    self.unexpected("S0204");
                    self.advance(true);
                }
                break;
            }
            left = self.infix(left, symbol, left_binding);
        }
        self.nesting -= 1;
        left
    }

    /// Reads what begins with `token`, which is no longer the current one.
    fn prefix(&mut self, token: &Token<'a>) -> Expr {
        let start = token.start;
        let kind = match &token.kind {
            Kind::End => {
                self.missing.get_or_insert(self.source.len());
                ExprKind::Broken
            }
            Kind::Symbol(symbol) => return self.prefix_symbol(symbol, token),
            Kind::Name(name) => ExprKind::Name((*name).to_owned()),
            Kind::Variable(name) => ExprKind::Variable((*name).to_owned()),
            Kind::Text(text) => ExprKind::Text(text.clone()),
            Kind::Number(number) => ExprKind::Number((*number).to_owned()),
            Kind::Bool(bool) => ExprKind::Bool(*bool),
            Kind::Null => ExprKind::Null,
            Kind::Regex { pattern, flags } => {
                ExprKind::Regex { pattern: (*pattern).to_owned(), flags: (*flags).to_owned() }
            }
        };
        self.advance(false);
        self.make(kind, start, token)
    }

    fn prefix_symbol(&mut self, symbol: &str, token: &Token<'a>) -> Expr {
        let start = token.start;
        let kind = match symbol {
            "and" | "or" | "in" => {
                self.advance(false);
                ExprKind::Name(symbol.to_owned())
            }
            "*" => {
                self.advance(false);
                ExprKind::Wildcard
            }
            "**" => {
                self.advance(false);
                ExprKind::Descendants
            }
            "%" => {
                self.advance(false);
                ExprKind::Parent
            }
            "-" => {
                self.advance(true);
                ExprKind::Negate(Box::new(self.expression(70)))
            }
            "(" => {
                self.advance(true);
                ExprKind::Block(self.block())
            }
            "[" => {
                self.advance(true);
                ExprKind::List(self.list())
            }
            "{" => {
                self.advance(true);
                ExprKind::Object(self.pairs())
            }
            "|" => {
                self.advance(true);
                self.transform()
            }
            _ => {
                self.token = token.clone();
                let code = if matches!(symbol, "!" | "~") { "S0204" } else { "S0211" };
                self.unexpected(code);
                // A closing bracket belongs to what is open; anything else is passed over.
                if !matches!(symbol, ")" | "]" | "}" | "," | ";" | ":") {
                    self.advance(true);
                }
                ExprKind::Broken
            }
        };
        self.make(kind, start, token)
    }

    fn block(&mut self) -> Vec<Expr> {
        let mut parts = Vec::new();
        while !self.is(")") {
            parts.push(self.expression(0));
            if !self.is(";") {
                break;
            }
            self.advance(true);
        }
        self.expect(")", false);
        parts
    }

    fn list(&mut self) -> Vec<Expr> {
        let mut items = Vec::new();
        if !self.is("]") {
            loop {
                let mut item = self.expression(0);
                if self.is("..") {
                    let token = self.token.clone();
                    self.advance(true);
                    let to = self.expression(0);
                    let start = item.span.start as usize;
                    item = self.make(ExprKind::Range(Box::new(item), Box::new(to)), start, &token);
                }
                items.push(item);
                if !self.is(",") {
                    break;
                }
                self.advance(true);
            }
        }
        self.expect("]", false);
        items
    }

    fn pairs(&mut self) -> Vec<(Expr, Expr)> {
        let mut pairs = Vec::new();
        if !self.is("}") {
            loop {
                let key = self.expression(0);
                self.expect(":", true);
                let value = self.expression(0);
                pairs.push((key, value));
                if !self.is(",") {
                    break;
                }
                self.advance(true);
            }
        }
        self.expect("}", false);
        pairs
    }

    fn transform(&mut self) -> ExprKind {
        let pattern = Box::new(self.expression(0));
        self.expect("|", true);
        let update = Box::new(self.expression(0));
        let mut delete = None;
        if self.is(",") {
            self.advance(true);
            delete = Some(Box::new(self.expression(0)));
        }
        self.expect("|", false);
        ExprKind::Transform { pattern, update, delete }
    }

    fn infix(&mut self, left: Expr, symbol: &'a str, binding: u8) -> Expr {
        let token = self.token.clone();
        let start = left.span.start as usize;
        self.advance(true);
        let kind = match symbol {
            "(" => self.call(left),
            "[" if self.is("]") => {
                self.advance(false);
                ExprKind::KeepList(Box::new(left))
            }
            "[" => {
                let condition = self.expression(0);
                self.expect("]", false);
                ExprKind::Filter(Box::new(left), Box::new(condition))
            }
            "{" => ExprKind::Group(Box::new(left), self.pairs()),
            "^" => ExprKind::Sort(Box::new(left), self.terms()),
            "." => ExprKind::Dot(Box::new(left), Box::new(self.expression(binding))),
            "~>" => ExprKind::Apply(Box::new(left), Box::new(self.expression(binding))),
            "?:" => ExprKind::Default(Box::new(left), Box::new(self.expression(0))),
            "??" => ExprKind::Coalesce(Box::new(left), Box::new(self.expression(0))),
            "?" => {
                let then = Box::new(self.expression(0));
                let mut otherwise = None;
                if self.is(":") {
                    self.advance(true);
                    otherwise = Some(Box::new(self.expression(0)));
                }
                ExprKind::Condition(Box::new(left), then, otherwise)
            }
            ":=" => self.bind(&left),
            "@" | "#" => self.named(left, symbol, binding),
            _ => match operator(symbol) {
                Some(operator) => {
                    let right = self.expression(binding);
                    ExprKind::Binary(operator, Box::new(left), Box::new(right))
                }
                None => ExprKind::Broken,
            },
        };
        self.make(kind, start, &token)
    }

    fn bind(&mut self, left: &Expr) -> ExprKind {
        let ExprKind::Variable(name) = &left.kind else {
            let place = span(self.source, left.span.start as usize, left.span.end as usize);
            let message = "Only a variable can stand before :=, such as $total.";
            self.tell(Fault::new("S0212", message).at(place));
            self.expression(9);
            return ExprKind::Broken;
        };
        let name = name.clone();
        ExprKind::Bind(name, Box::new(self.expression(9)))
    }

    fn named(&mut self, left: Expr, symbol: &str, binding: u8) -> ExprKind {
        let right = self.expression(binding);
        let ExprKind::Variable(name) = right.kind else {
            let place = span(self.source, right.span.start as usize, right.span.end as usize);
            let message = format!("A variable must stand behind {symbol}, such as {symbol}$order.");
            self.tell(Fault::new("S0214", message).at(place));
            return ExprKind::Broken;
        };
        if symbol == "@" {
            ExprKind::Focus(Box::new(left), name)
        } else {
            ExprKind::Index(Box::new(left), name)
        }
    }

    fn terms(&mut self) -> Vec<Term> {
        self.expect("(", true);
        let mut terms = Vec::new();
        loop {
            let is_descending = self.is(">");
            if is_descending || self.is("<") {
                self.advance(true);
            }
            terms.push(Term { is_descending, by: self.expression(0) });
            if !self.is(",") {
                break;
            }
            self.advance(true);
        }
        self.expect(")", false);
        terms
    }

    fn call(&mut self, procedure: Expr) -> ExprKind {
        let mut arguments = Vec::new();
        if !self.is(")") {
            loop {
                if self.is("?") {
                    self.advance(true);
                    arguments.push(None);
                } else {
                    arguments.push(Some(self.expression(0)));
                }
                if !self.is(",") {
                    break;
                }
                self.advance(true);
            }
        }
        self.expect(")", false);
        let is_lambda =
            matches!(&procedure.kind, ExprKind::Name(name) if name == "function" || name == "λ");
        if is_lambda {
            return self.lambda(arguments);
        }
        ExprKind::Call(Box::new(procedure), arguments)
    }

    fn lambda(&mut self, arguments: Vec<Option<Expr>>) -> ExprKind {
        let mut parameters = Vec::with_capacity(arguments.len());
        for (index, argument) in arguments.into_iter().enumerate() {
            let (place, kind) = match argument {
                Some(argument) => (argument.span, argument.kind),
                None => (0..0, ExprKind::Broken),
            };
            if let ExprKind::Variable(name) = kind {
                parameters.push(name);
                continue;
            }
            let message =
                format!("Parameter {} of a function must be a variable, such as $line.", index + 1);
            let place = span(self.source, place.start as usize, place.end as usize);
            self.tell(Fault::new("S0208", message).at(place));
        }
        let signature = if self.is("<") { self.signature() } else { None };
        self.expect("{", true);
        let body = Box::new(self.expression(0));
        self.expect("}", false);
        ExprKind::Lambda { parameters, signature, body }
    }

    fn signature(&mut self) -> Option<String> {
        let start = self.token.start;
        let mut depth = 1;
        let mut end = self.token.end;
        while depth > 0 && !self.is("{") && self.token.kind != Kind::End {
            self.advance(false);
            match self.token.kind {
                Kind::Symbol(">") => depth -= 1,
                Kind::Symbol("<") => depth += 1,
                _ => {}
            }
            end = self.token.end;
        }
        self.expect(">", false);
        let text: String = self.source[start..end].chars().filter(|c| !c.is_whitespace()).collect();
        if let Err(code) = crate::builtins::Signature::parse(&text) {
            let message = match code {
                "S0401" => "Only a (list) and f (function) can say what they hold in <>.",
                _ => "A choice in round brackets cannot say what its types hold in <>.",
            };
            self.tell(Fault::new(code, message).at(span(self.source, start, end)));
            return None;
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests;
