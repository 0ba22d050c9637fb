//! The character sets of interchanges: UTF-8 where the bytes are, else the one that is declared.

use encoding_rs::Encoding;

/// A character set by its name, and how it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Charset {
    pub(crate) name: &'static str,
    encoding: &'static Encoding,
}

pub(crate) const UTF_8: Charset = Charset { name: "utf-8", encoding: encoding_rs::UTF_8 };
/// ISO 8859-1 as the web reads it, which gives every byte a character.
pub(crate) const LATIN_1: Charset =
    Charset { name: "iso-8859-1", encoding: encoding_rs::WINDOWS_1252 };

/// All that are read, by the names they have in values.
const ALL: [Charset; 11] = [
    UTF_8,
    LATIN_1,
    Charset { name: "iso-8859-2", encoding: encoding_rs::ISO_8859_2 },
    Charset { name: "iso-8859-3", encoding: encoding_rs::ISO_8859_3 },
    Charset { name: "iso-8859-4", encoding: encoding_rs::ISO_8859_4 },
    Charset { name: "iso-8859-5", encoding: encoding_rs::ISO_8859_5 },
    Charset { name: "iso-8859-6", encoding: encoding_rs::ISO_8859_6 },
    Charset { name: "iso-8859-7", encoding: encoding_rs::ISO_8859_7 },
    Charset { name: "iso-8859-8", encoding: encoding_rs::ISO_8859_8 },
    Charset { name: "iso-8859-9", encoding: encoding_rs::WINDOWS_1254 },
    Charset { name: "iso-8859-15", encoding: encoding_rs::ISO_8859_15 },
];

impl Charset {
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        ALL.into_iter().find(|charset| charset.name.eq_ignore_ascii_case(name))
    }

    /// The set that an EDIFACT syntax identifier names. Source: ISO 9735-1:2002, 6.
    pub(crate) fn of_edifact(syntax: &str) -> Self {
        let name = match syntax {
            "UNOD" => "iso-8859-2",
            "UNOE" => "iso-8859-5",
            "UNOF" => "iso-8859-7",
            "UNOG" => "iso-8859-3",
            "UNOH" => "iso-8859-4",
            "UNOI" => "iso-8859-6",
            "UNOJ" => "iso-8859-8",
            "UNOK" => "iso-8859-9",
            "UNOL" => "iso-8859-15",
            _ => return LATIN_1,
        };
        Self::by_name(name).unwrap_or(LATIN_1)
    }

    /// The text of these bytes; nothing where the set has no character for one.
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<String> {
        let text = self.encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
        Some(text.into_owned())
    }

    /// The bytes of this text, or the first character that the set does not have.
    pub(crate) fn encode(self, text: &str) -> Result<Vec<u8>, char> {
        let (bytes, _, has_unmappable) = self.encoding.encode(text);
        if !has_unmappable {
            return Ok(bytes.into_owned());
        }
        let is_missing = |c: &char| self.encoding.encode(c.encode_utf8(&mut [0; 4])).2;
        Err(text.chars().find(is_missing).unwrap_or('\u{fffd}'))
    }
}
