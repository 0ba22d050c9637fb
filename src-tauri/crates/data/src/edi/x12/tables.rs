//! X12's messages and segments in business words.
//! Source: the transaction sets 810, 850, 855 and 856 and the segment directory of X12 004010.

use std::sync::LazyLock;

use crate::edi::table::Tables;

pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables::parse(&MESSAGES, &SEGMENTS));

/// The code in GS01 for each type of message.
pub(super) const GROUPS: [(&str, &str); 21] = [
    ("810", "IN"),
    ("820", "RA"),
    ("824", "AG"),
    ("830", "PS"),
    ("832", "SC"),
    ("834", "BE"),
    ("835", "HP"),
    ("837", "HC"),
    ("846", "IB"),
    ("850", "PO"),
    ("855", "PR"),
    ("856", "SH"),
    ("860", "PC"),
    ("862", "SS"),
    ("865", "CA"),
    ("940", "OW"),
    ("945", "SW"),
    ("997", "FA"),
    ("999", "FA"),
    ("204", "SM"),
    ("210", "IM"),
];

const MESSAGES: [(&str, &str); 4] = [
    (
        "850",
        "order:BEG currency:CUR references*:REF contacts*:PER taxes*:TAX terms*:FOB prices*:CTP
         amounts*:PAM sales_requirements*:CSH tax_information*:TXI
         allowances*:SAC { currency:CUR } payment_terms*:ITD discounts*:DIS installments:INC
         dates*:DTM lead_times*:LDT quantities*:QTY descriptions*:PID measures*:MEA
         paperwork*:PWK packaging*:PKG carrier_details*:TD1 routing*:TD5 equipment*:TD3
         special_handling*:TD4 marks*:MAN percentages*:PCT tariffs*:CTB
         notes*:N9 { dates*:DTM texts*:MSG }
         parties*:N1 { names*:N2 more_names*:IN2 streets*:N3 place:N4 quantities*:NX2
             references*:REF contacts*:PER service:SI terms*:FOB carrier_details*:TD1
             routing*:TD5 equipment*:TD3 special_handling*:TD4 packaging*:PKG texts*:MSG }
         lines*:PO1 { item_ids*:LIN service:SI currency:CUR controls*:CN1 prices*:CTP amounts*:PAM
             measures*:MEA descriptions*:PID { measures*:MEA } paperwork*:PWK packing*:PO4
             references*:REF contacts*:PER
             allowances*:SAC { currency:CUR prices*:CTP } item_terms*:IT8 sales_requirements*:CSH
             payment_terms*:ITD discounts*:DIS installments:INC taxes*:TAX tax_information*:TXI
             terms*:FOB destinations*:SDQ more_details*:IT3 dates*:DTM lead_times*:LDT
             carrier_details*:TD1 routing*:TD5 equipment*:TD3 special_handling*:TD4
             percentages*:PCT marks*:MAN texts*:MSG spi*:SPI acknowledgments*:ACK
             quantities*:QTY
             schedules*:SCH { dates*:DTM routing*:TD5 references*:REF }
             packaging*:PKG { measures*:MEA }
             notes*:N9 { dates*:DTM measures*:MEA texts*:MSG }
             parties*:N1 { names*:N2 more_names*:IN2 streets*:N3 place:N4 quantities*:QTY
                 numbers*:NX2 references*:REF contacts*:PER service:SI dates*:DTM terms*:FOB
                 schedules*:SCH carrier_details*:TD1 routing*:TD5 equipment*:TD3
                 special_handling*:TD4 packaging*:PKG }
             sublines*:SLN { texts*:MSG service:SI descriptions*:PID packing*:PO4
                 allowances*:SAC prices*:CTP amounts*:PAM quantities*:QTY references*:REF
                 dates*:DTM contacts*:PER parties*:N1 { names*:N2 streets*:N3 place:N4 } }
             line_amounts*:AMT { references*:REF percentages*:PCT } }
         totals:CTT { amounts*:AMT }",
    ),
    (
        "855",
        "acknowledgment:BAK currency:CUR references*:REF contacts*:PER taxes*:TAX terms*:FOB
         prices*:CTP amounts*:PAM sales_requirements*:CSH tax_information*:TXI
         allowances*:SAC { currency:CUR } payment_terms*:ITD discounts*:DIS installments:INC
         dates*:DTM lead_times*:LDT quantities*:QTY descriptions*:PID measures*:MEA
         paperwork*:PWK packaging*:PKG carrier_details*:TD1 routing*:TD5 equipment*:TD3
         special_handling*:TD4 marks*:MAN tariffs*:CTB
         notes*:N9 { dates*:DTM texts*:MSG }
         parties*:N1 { names*:N2 more_names*:IN2 streets*:N3 place:N4 references*:REF
             contacts*:PER service:SI terms*:FOB carrier_details*:TD1 routing*:TD5
             equipment*:TD3 special_handling*:TD4 packaging*:PKG }
         lines*:PO1 { item_ids*:LIN service:SI currency:CUR prices*:CTP amounts*:PAM measures*:MEA
             descriptions*:PID { measures*:MEA } paperwork*:PWK packing*:PO4 references*:REF
             contacts*:PER allowances*:SAC { currency:CUR prices*:CTP } item_terms*:IT8
             sales_requirements*:CSH payment_terms*:ITD discounts*:DIS taxes*:TAX
             tax_information*:TXI terms*:FOB destinations*:SDQ more_details*:IT3 dates*:DTM
             lead_times*:LDT carrier_details*:TD1 routing*:TD5 equipment*:TD3
             special_handling*:TD4 marks*:MAN texts*:MSG quantities*:QTY
             acknowledgments*:ACK { dates*:DTM }
             schedules*:SCH { dates*:DTM routing*:TD5 references*:REF }
             packaging*:PKG { measures*:MEA }
             notes*:N9 { dates*:DTM measures*:MEA texts*:MSG }
             parties*:N1 { names*:N2 more_names*:IN2 streets*:N3 place:N4 numbers*:NX2
                 references*:REF contacts*:PER dates*:DTM terms*:FOB schedules*:SCH
                 carrier_details*:TD1 routing*:TD5 }
             sublines*:SLN { texts*:MSG descriptions*:PID packing*:PO4 allowances*:SAC
                 prices*:CTP quantities*:QTY references*:REF dates*:DTM acknowledgments*:ACK
                 parties*:N1 { names*:N2 streets*:N3 place:N4 } }
             line_amounts*:AMT { references*:REF } }
         totals:CTT { amounts*:AMT }",
    ),
    (
        "856",
        "notice:BSN dates*:DTM
         levels^:HL { item:LIN quantity:SN1 sublines*:SLN order:PRF packing*:PO4
             descriptions*:PID measures*:MEA paperwork*:PWK packaging*:PKG carrier_details*:TD1
             routing*:TD5 equipment*:TD3 special_handling*:TD4 sale:TSD references*:REF
             contacts*:PER hazards*:LH1 dates*:DTM terms:FOB pallet:PAL currency:CUR
             loads*:LFS count:CLD { references*:REF } allowances*:SAC { currency:CUR }
             payment_terms*:ITD marks*:MAN amounts*:AMT quantities*:QTY texts*:MSG
             notes*:N9 { texts*:MSG }
             parties*:N1 { names*:N2 streets*:N3 place:N4 references*:REF contacts*:PER
                 terms:FOB }
             more_details*:IT3 destinations*:SDQ }
         totals:CTT",
    ),
    (
        "810",
        "invoice:BIG notes*:NTE currency:CUR references*:REF questions*:YNQ contacts*:PER
         parties*:N1 { names*:N2 more_names*:IN2 streets*:N3 place:N4 references*:REF
             contacts*:PER damage:DMG }
         payment_terms*:ITD dates*:DTM terms:FOB descriptions*:PID measures*:MEA paperwork*:PWK
         packaging*:PKG weights:L7 balances*:BAL installments:INC amounts*:PAM
         remarks*:N9 { texts*:MSG } prices*:CTP
         lines*:IT1 { conditions*:CRC quantities*:QTY currency:CUR more_details*:IT3
             tax_information*:TXI prices*:CTP amounts*:PAM measures*:MEA
             descriptions*:PID { measures*:MEA } paperwork*:PWK packaging*:PKG packing*:PO4
             payment_terms*:ITD references*:REF questions*:YNQ contacts*:PER destinations*:SDQ
             dates*:DTM carriers*:CAD weights*:L7 services*:SR
             allowances*:SAC { tax_information*:TXI }
             sublines*:SLN { dates*:DTM references*:REF descriptions*:PID
                 allowances*:SAC tax_information*:TXI }
             parties*:N1 { names*:N2 streets*:N3 place:N4 references*:REF contacts*:PER } }
         total:TDS tax_information*:TXI carrier:CAD other_amounts*:AMT
         allowances*:SAC { tax_information*:TXI }
         shipments_summary*:ISS { descriptions*:PID } totals:CTT",
    ),
];

const SEGMENTS: [&str; 53] = [
    "ACK status quantity unit date_qualifier date request_reference product_qualifier product_id product_qualifier_2 product_id_2 product_qualifier_3 product_id_3",
    "AMT qualifier amount credit_debit",
    "BAK purpose type number date release request_reference contract system_number acknowledged",
    "BEG purpose type number release date contract acknowledgment invoice_type contract_type purchase_category",
    "BIG date number order_date order_number release change_order type purpose action",
    "BSN purpose number date time structure type status",
    "CAD method equipment_initial equipment_number carrier_code routing order_status reference_qualifier reference",
    "CSH requirement action minimum maximum date agency special_service",
    "CTP class price_code price quantity unit multiplier_qualifier multiplier amount basis condition",
    "CTT n_lines hash_total weight weight_unit volume volume_unit description",
    "CUR party currency rate party_2 currency_2 market",
    "DTM qualifier date time time_zone format period",
    "FOB payment location_qualifier location terms_qualifier terms location_qualifier_2 location_2",
    "HL level_id level_parent level has_levels",
    "ISS quantity unit weight weight_unit volume volume_unit",
    "IT1 number quantity unit price price_basis product_qualifier product_id product_qualifier_2 product_id_2 product_qualifier_3 product_id_3 product_qualifier_4 product_id_4 product_qualifier_5 product_id_5 product_qualifier_6 product_id_6 product_qualifier_7 product_id_7 product_qualifier_8 product_id_8 product_qualifier_9 product_id_9 product_qualifier_10 product_id_10",
    "IT3 quantity unit status difference change_reason",
    "ITD type date_basis discount_percent discount_date discount_days net_date net_days discount_amount deferred_date deferred_amount percent description day_of_month method",
    "LIN number product_qualifier product_id product_qualifier_2 product_id_2 product_qualifier_3 product_id_3 product_qualifier_4 product_id_4 product_qualifier_5 product_id_5 product_qualifier_6 product_id_6 product_qualifier_7 product_id_7 product_qualifier_8 product_id_8 product_qualifier_9 product_id_9 product_qualifier_10 product_id_10",
    "MAN qualifier number number_2 qualifier_2 number_3 number_4",
    "MEA reference qualifier value unit minimum maximum significance attribute surface",
    "MSG text printer_control number",
    "N1 role name id_qualifier id relationship role_2",
    "N2 name name_2",
    "N3 line_1 line_2",
    "N4 city state postal_code country location_qualifier location",
    "N9 qualifier reference description date time time_zone",
    "NTE purpose text",
    "PAL type tiers blocks weight weight_unit length width height dimension_unit gross_weight gross_weight_unit gross_volume gross_volume_unit exchange inner",
    "PER function name number_qualifier number number_qualifier_2 number_2 number_qualifier_3 number_3 inquiry",
    "PID type characteristic agency code text surface source yes_no language",
    "PKG type characteristic agency code text unit_load",
    "PO1 number quantity unit price price_basis product_qualifier product_id product_qualifier_2 product_id_2 product_qualifier_3 product_id_3 product_qualifier_4 product_id_4 product_qualifier_5 product_id_5 product_qualifier_6 product_id_6 product_qualifier_7 product_id_7 product_qualifier_8 product_id_8 product_qualifier_9 product_id_9 product_qualifier_10 product_id_10",
    "PO4 packs pack_size pack_unit packaging weight_qualifier gross_weight weight_unit gross_volume volume_unit length width height dimension_unit inner_packs layers layers_2 surface",
    "PRF order_number release change_order date line contract type",
    "PWK type transmission copies party id_qualifier id description actions",
    "QTY qualifier quantity unit text",
    "REF qualifier reference description more",
    "SAC kind code agency agency_code amount percent_qualifier percent rate unit quantity quantity_2 method reference option description language",
    "SCH quantity unit party name date_qualifier date time date_qualifier_2 date_2 time_2 request_reference number",
    "SDQ unit id_qualifier location quantity location_2 quantity_2 location_3 quantity_3 location_4 quantity_4 location_5 quantity_5 location_6 quantity_6 location_7 quantity_7 location_8 quantity_8 location_9 quantity_9 location_10 quantity_10",
    "SLN number parent relationship quantity unit price price_basis price_relationship product_qualifier product_id product_qualifier_2 product_id_2 product_qualifier_3 product_id_3 product_qualifier_4 product_id_4",
    "SN1 number shipped unit shipped_to_date ordered ordered_unit returnable status",
    "TAX tax_id location_qualifier location location_qualifier_2 location_2 location_qualifier_3 location_3 location_qualifier_4 location_4 location_qualifier_5 location_5 exempt",
    "TD1 packaging quantity commodity_qualifier commodity description weight_qualifier weight weight_unit volume volume_unit",
    "TD3 equipment initial number weight_qualifier weight weight_unit ownership seal status type",
    "TD4 special_handling hazard_qualifier hazard description yes_no",
    "TD5 sequence id_qualifier id method routing order_status location_qualifier location transit_direction transit_time_qualifier transit_time service_level service_level_2 service_level_3 country",
    "TDS total discountable discounted discount",
    "TXI type amount percent jurisdiction_qualifier jurisdiction exempt relationship base tax_id",
    "INC terms unit n_installments n_paid amount",
    "L7 item tariff_agency tariff_number section tariff_item suffix class",
    "DIS type code value criteria minimum maximum",
];

#[cfg(test)]
mod tests {
    use super::TABLES;
    use crate::edi::table::check;

    #[test]
    fn no_name_is_given_twice_in_a_loop() {
        check(&TABLES);
    }
}
