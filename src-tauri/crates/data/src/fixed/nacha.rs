//! The layout of ACH files: Nacha Operating Rules, appendix "ACH Record Format Specifications".
//! Says where things stand; sums, hashes and the order of records are not checked.

use super::layout::{Align, Column, Condition, Layout, Record, ShortLines, Trim};

/// Name, first place, length, and what it holds.
type Row = (&'static str, usize, usize, What);

#[derive(Clone, Copy)]
enum What {
    Text,
    /// Text at the end of its column.
    Right,
    Whole,
    /// Dollars and cents without a point.
    Money,
}
use What::{Money, Right, Text, Whole};

fn record(name: &str, code: &str, rows: &[Row]) -> Record {
    let columns = rows.iter().map(|&(name, start, length, what)| match what {
        // Spaces before a text are a fault of the file, which is not to be mended in passing.
        Text => Column { trim: Trim::Right, ..Column::text(name, start, length) },
        Right => Column { align: Some(Align::Right), ..Column::text(name, start, length) },
        Whole => Column::integer(name, start, length),
        Money => Column::decimal(name, start, length, 2),
    });
    Record::new(name, columns).when(1, [code])
}

impl Layout {
    /// The layout of ACH files: records `file_header`, `batch_header`, `entry`, `addenda`,
    /// `batch_control`, `file_control`, those of IAT and ADV batches, and `padding`.
    pub fn nacha() -> Self {
        let padding = Record {
            when: vec![Condition { start: 1, equals: vec!["9".repeat(94)] }],
            ..Record::new("padding", [])
        };
        let records = vec![
            padding,
            record("file_header", "1", FILE_HEADER),
            record("iat_batch_header", "5", IAT_BATCH_HEADER).when(51, ["IAT"]),
            record("adv_batch_header", "5", BATCH_HEADER).when(51, ["ADV"]),
            record("batch_header", "5", BATCH_HEADER),
            record("iat_entry", "6", IAT_ENTRY).within("iat_batch_header"),
            record("adv_entry", "6", ADV_ENTRY).within("adv_batch_header"),
            record("entry", "6", ENTRY).within("batch_header"),
            record("addenda_terminal", "7", ADDENDA_TERMINAL).when(2, ["02"]),
            record("addenda", "7", ADDENDA).when(2, ["05", "17"]),
            record("addenda_change", "7", ADDENDA_CHANGE).when(2, ["98"]),
            record("addenda_return", "7", ADDENDA_RETURN).when(2, ["99"]),
            record("addenda_other", "7", ADDENDA_OTHER),
            record("adv_batch_control", "8", ADV_BATCH_CONTROL).within("adv_batch_header"),
            record("batch_control", "8", BATCH_CONTROL),
            record("adv_file_control", "9", ADV_FILE_CONTROL).within("adv_batch_header"),
            record("file_control", "9", FILE_CONTROL),
        ];
        Self {
            records,
            length: Some(94),
            short_lines: ShortLines::Pad,
            unbroken: true,
            ..Self::default()
        }
    }
}

const FILE_HEADER: &[Row] = &[
    ("priority_code", 2, 2, Text),
    ("immediate_destination", 4, 10, Right),
    ("immediate_origin", 14, 10, Right),
    ("file_creation_date", 24, 6, Text),
    ("file_creation_time", 30, 4, Text),
    ("file_id_modifier", 34, 1, Text),
    ("record_size", 35, 3, Text),
    ("blocking_factor", 38, 2, Text),
    ("format_code", 40, 1, Text),
    ("immediate_destination_name", 41, 23, Text),
    ("immediate_origin_name", 64, 23, Text),
    ("reference_code", 87, 8, Text),
];
const BATCH_HEADER: &[Row] = &[
    ("service_class_code", 2, 3, Text),
    ("company_name", 5, 16, Text),
    ("company_discretionary_data", 21, 20, Text),
    ("company_identification", 41, 10, Text),
    ("standard_entry_class_code", 51, 3, Text),
    ("company_entry_description", 54, 10, Text),
    ("company_descriptive_date", 64, 6, Text),
    ("effective_entry_date", 70, 6, Text),
    ("settlement_date", 76, 3, Text),
    ("originator_status_code", 79, 1, Text),
    ("originating_dfi_identification", 80, 8, Text),
    ("batch_number", 88, 7, Whole),
];
const IAT_BATCH_HEADER: &[Row] = &[
    ("service_class_code", 2, 3, Text),
    ("iat_indicator", 5, 16, Text),
    ("foreign_exchange_indicator", 21, 2, Text),
    ("foreign_exchange_reference_indicator", 23, 1, Text),
    ("foreign_exchange_reference", 24, 15, Text),
    ("destination_country_code", 39, 2, Text),
    ("originator_identification", 41, 10, Text),
    ("standard_entry_class_code", 51, 3, Text),
    ("company_entry_description", 54, 10, Text),
    ("originating_currency_code", 64, 3, Text),
    ("destination_currency_code", 67, 3, Text),
    ("effective_entry_date", 70, 6, Text),
    ("settlement_date", 76, 3, Text),
    ("originator_status_code", 79, 1, Text),
    ("originating_dfi_identification", 80, 8, Text),
    ("batch_number", 88, 7, Whole),
];
const ENTRY: &[Row] = &[
    ("transaction_code", 2, 2, Text),
    ("receiving_dfi_identification", 4, 8, Text),
    ("check_digit", 12, 1, Text),
    ("dfi_account_number", 13, 17, Text),
    ("amount", 30, 10, Money),
    ("individual_identification_number", 40, 15, Text),
    ("individual_name", 55, 22, Text),
    ("discretionary_data", 77, 2, Text),
    ("addenda_record_indicator", 79, 1, Text),
    ("trace_number", 80, 15, Text),
];
const IAT_ENTRY: &[Row] = &[
    ("transaction_code", 2, 2, Text),
    ("receiving_dfi_identification", 4, 8, Text),
    ("check_digit", 12, 1, Text),
    ("number_of_addenda", 13, 4, Whole),
    ("reserved_1", 17, 13, Text),
    ("amount", 30, 10, Money),
    ("foreign_receiver_account_number", 40, 35, Text),
    ("reserved_2", 75, 2, Text),
    ("gateway_ofac_screening_indicator", 77, 1, Text),
    ("secondary_ofac_screening_indicator", 78, 1, Text),
    ("addenda_record_indicator", 79, 1, Text),
    ("trace_number", 80, 15, Text),
];
const ADV_ENTRY: &[Row] = &[
    ("transaction_code", 2, 2, Text),
    ("receiving_dfi_identification", 4, 8, Text),
    ("check_digit", 12, 1, Text),
    ("dfi_account_number", 13, 15, Text),
    ("amount", 28, 12, Money),
    ("advice_routing_number", 40, 9, Text),
    ("file_identification", 49, 5, Text),
    ("ach_operator_data", 54, 1, Text),
    ("individual_name", 55, 22, Text),
    ("discretionary_data", 77, 2, Text),
    ("addenda_record_indicator", 79, 1, Text),
    ("ach_operator_routing_number", 80, 8, Text),
    ("julian_day", 88, 3, Text),
    ("sequence_number", 91, 4, Text),
];
const ADDENDA: &[Row] = &[
    ("addenda_type_code", 2, 2, Text),
    ("payment_related_information", 4, 80, Text),
    ("addenda_sequence_number", 84, 4, Whole),
    ("entry_detail_sequence_number", 88, 7, Text),
];
const ADDENDA_TERMINAL: &[Row] = &[
    ("addenda_type_code", 2, 2, Text),
    ("reference_information_1", 4, 7, Text),
    ("reference_information_2", 11, 3, Text),
    ("terminal_identification_code", 14, 6, Text),
    ("transaction_serial_number", 20, 6, Text),
    ("transaction_date", 26, 4, Text),
    ("authorization_code", 30, 6, Text),
    ("terminal_location", 36, 27, Text),
    ("terminal_city", 63, 15, Text),
    ("terminal_state", 78, 2, Text),
    ("trace_number", 80, 15, Text),
];
const ADDENDA_CHANGE: &[Row] = &[
    ("addenda_type_code", 2, 2, Text),
    ("change_code", 4, 3, Text),
    ("original_entry_trace_number", 7, 15, Text),
    ("reserved_1", 22, 6, Text),
    ("original_receiving_dfi_identification", 28, 8, Text),
    ("corrected_data", 36, 29, Text),
    ("reserved_2", 65, 15, Text),
    ("trace_number", 80, 15, Text),
];
const ADDENDA_RETURN: &[Row] = &[
    ("addenda_type_code", 2, 2, Text),
    ("return_reason_code", 4, 3, Text),
    ("original_entry_trace_number", 7, 15, Text),
    ("date_of_death", 22, 6, Text),
    ("original_receiving_dfi_identification", 28, 8, Text),
    ("addenda_information", 36, 44, Text),
    ("trace_number", 80, 15, Text),
];
const ADDENDA_OTHER: &[Row] = &[
    ("addenda_type_code", 2, 2, Text),
    ("information", 4, 84, Text),
    ("entry_detail_sequence_number", 88, 7, Text),
];
const BATCH_CONTROL: &[Row] = &[
    ("service_class_code", 2, 3, Text),
    ("entry_addenda_count", 5, 6, Whole),
    ("entry_hash", 11, 10, Text),
    ("total_debit_amount", 21, 12, Money),
    ("total_credit_amount", 33, 12, Money),
    ("company_identification", 45, 10, Text),
    ("message_authentication_code", 55, 19, Text),
    ("reserved", 74, 6, Text),
    ("originating_dfi_identification", 80, 8, Text),
    ("batch_number", 88, 7, Whole),
];
const ADV_BATCH_CONTROL: &[Row] = &[
    ("service_class_code", 2, 3, Text),
    ("entry_addenda_count", 5, 6, Whole),
    ("entry_hash", 11, 10, Text),
    ("total_debit_amount", 21, 20, Money),
    ("total_credit_amount", 41, 20, Money),
    ("ach_operator_data", 61, 19, Text),
    ("originating_dfi_identification", 80, 8, Text),
    ("batch_number", 88, 7, Whole),
];
const FILE_CONTROL: &[Row] = &[
    ("batch_count", 2, 6, Whole),
    ("block_count", 8, 6, Whole),
    ("entry_addenda_count", 14, 8, Whole),
    ("entry_hash", 22, 10, Text),
    ("total_debit_amount", 32, 12, Money),
    ("total_credit_amount", 44, 12, Money),
    ("reserved", 56, 39, Text),
];
const ADV_FILE_CONTROL: &[Row] = &[
    ("batch_count", 2, 6, Whole),
    ("block_count", 8, 6, Whole),
    ("entry_addenda_count", 14, 8, Whole),
    ("entry_hash", 22, 10, Text),
    ("total_debit_amount", 32, 20, Money),
    ("total_credit_amount", 52, 20, Money),
    ("reserved", 72, 23, Text),
];
