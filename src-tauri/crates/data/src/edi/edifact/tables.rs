//! EDIFACT's messages and segments in business words.
//! Source: ORDERS, ORDRSP, DESADV and INVOIC and the segment directory of UN/EDIFACT D.96A.

use std::sync::LazyLock;

use crate::edi::table::Tables;

pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables::parse(&MESSAGES, &SEGMENTS));

const MESSAGES: [(&str, &str); 4] = [
    ("ORDERS", ORDER),
    ("ORDRSP", ORDER),
    (
        "DESADV",
        "document:BGM dates*:DTM additional*:ALI measures*:MEA amounts*:MOA
         references*:RFF { dates*:DTM }
         parties*:NAD { locations*:LOC references*:RFF { dates*:DTM }
             contacts*:CTA { communications*:COM } }
         delivery_terms*:TOD { locations*:LOC texts*:FTX }
         transports*:TDT { locations*:LOC { dates*:DTM } }
         equipment*:EQD { measures*:MEA seals*:SEL attached*:EQA handling*:HAN { texts*:FTX } }
         packages*:CPS { texts*:FTX
             packings*:PAC { measures*:MEA quantities*:QTY
                 handling*:HAN { texts*:FTX }
                 marks*:PCI { references*:RFF dates*:DTM
                     numbers*:GIR serials*:GIN { measures*:DLM } } }
             lines*:LIN { product_ids*:PIA descriptions*:IMD measures*:MEA quantities*:QTY
                 additional*:ALI serials*:GIN numbers*:GIR limits*:DLM dates*:DTM parties*:NAD
                 transports*:TDT handling*:HAN texts*:FTX amounts*:MOA
                 references*:RFF { dates*:DTM }
                 hazards*:DGS { quantities*:QTY texts*:FTX }
                 locations*:LOC { party:NAD dates*:DTM quantities*:QTY }
                 marks*:PCI { dates*:DTM measures*:MEA quantities*:QTY serials*:GIN numbers*:GIR
                     limits*:DLM }
                 variances*:QVR { dates*:DTM } } }
         controls*:CNT authentication*:AUT { date:DTM }",
    ),
    (
        "INVOIC",
        "document:BGM dates*:DTM payment_instructions:PAI additional*:ALI descriptions*:IMD
         texts*:FTX
         references*:RFF { dates*:DTM identities*:GIR locations*:LOC measures*:MEA
             quantities*:QTY texts*:FTX amounts*:MOA }
         parties*:NAD { locations*:LOC accounts*:FII references*:RFF { dates*:DTM }
             documents*:DOC { dates*:DTM } contacts*:CTA { communications*:COM } }
         taxes*:TAX { amount:MOA locations*:LOC }
         currencies*:CUX { dates*:DTM }
         payment_terms*:PAT { dates*:DTM percentage:PCD amount:MOA payment_instructions:PAI
             account:FII }
         transports*:TDT { transport_seals*:TSR locations*:LOC { dates*:DTM }
             references*:RFF { dates*:DTM } }
         delivery_terms*:TOD { locations*:LOC }
         packings*:PAC { measures*:MEA equipment*:EQD marks*:PCI { references*:RFF dates*:DTM
             numbers*:GIN } }
         allowances*:ALC { additional*:ALI references*:RFF { dates*:DTM }
             quantity:QTY { range:RNG } percentage:PCD { range:RNG } amounts*:MOA { range:RNG }
             rate:RTE { range:RNG } taxes*:TAX { amount:MOA } }
         requirements*:RCS { references*:RFF dates*:DTM texts*:FTX }
         lines*:LIN { product_ids*:PIA descriptions*:IMD measures*:MEA quantities*:QTY
             percentage:PCD additional*:ALI dates*:DTM numbers*:GIN identities*:GIR
             variance:QVR equipment*:EQD texts*:FTX
             amounts*:MOA { exchange:CUX }
             payment_terms*:PAT { dates*:DTM percentage:PCD amount:MOA }
             prices*:PRI { additional:APR range:RNG dates*:DTM }
             references*:RFF { dates*:DTM }
             packings*:PAC { measures*:MEA equipment*:EQD
                 marks*:PCI { references*:RFF dates*:DTM numbers*:GIN } }
             locations*:LOC { quantities*:QTY dates*:DTM }
             taxes*:TAX { amount:MOA locations*:LOC }
             parties*:NAD { locations*:LOC references*:RFF { dates*:DTM }
                 documents*:DOC { dates*:DTM } contacts*:CTA { communications*:COM } }
             allowances*:ALC { additional*:ALI dates*:DTM quantity:QTY { range:RNG }
                 percentage:PCD { range:RNG } amounts*:MOA { range:RNG } rate:RTE { range:RNG }
                 taxes*:TAX { amount:MOA } }
             transports*:TDT { locations*:LOC { dates*:DTM } }
             delivery_terms*:TOD { locations*:LOC }
             requirements*:RCS { references*:RFF dates*:DTM texts*:FTX } }
         summary:UNS=S controls*:CNT
         totals*:MOA { references:RFF { dates*:DTM } }
         total_taxes*:TAX { amounts*:MOA }
         total_allowances*:ALC { additional:ALI amounts*:MOA taxes*:TAX { amount:MOA } }",
    ),
];

const ORDER: &str =
    "document:BGM dates*:DTM payment_instructions:PAI additional*:ALI descriptions*:IMD texts*:FTX
     references*:RFF { dates*:DTM }
     parties*:NAD { locations*:LOC accounts*:FII references*:RFF { dates*:DTM }
         documents*:DOC { dates*:DTM } contacts*:CTA { communications*:COM } }
     taxes*:TAX { amount:MOA locations*:LOC }
     currencies*:CUX { percentage*:PCD dates*:DTM }
     payment_terms*:PAT { dates*:DTM percentage:PCD amount:MOA }
     transports*:TDT { locations*:LOC { dates*:DTM } }
     delivery_terms*:TOD { locations*:LOC }
     packings*:PAC { measures*:MEA marks*:PCI { references*:RFF dates*:DTM numbers*:GIN } }
     equipment*:EQD { handling*:HAN measures*:MEA texts*:FTX }
     schedules*:SCC { texts*:FTX references*:RFF quantities*:QTY { dates*:DTM } }
     price_ranges*:APR { dates*:DTM range:RNG }
     allowances*:ALC { additional*:ALI dates*:DTM quantity:QTY { range:RNG }
         percentage:PCD { range:RNG } amounts*:MOA { range:RNG } rate:RTE { range:RNG }
         taxes*:TAX { amount:MOA } }
     requirements*:RCS { references*:RFF dates*:DTM texts*:FTX }
     hazards*:DGS { texts*:FTX contacts*:CTA { communications*:COM } }
     lines*:LIN { product_ids*:PIA descriptions*:IMD measures*:MEA quantities*:QTY percentage*:PCD
         additional*:ALI dates*:DTM amounts*:MOA numbers*:GIN identities*:GIR variance:QVR
         documents*:DOC payment_instructions:PAI texts*:FTX
         payment_terms*:PAT { dates*:DTM percentage:PCD amount:MOA }
         prices*:PRI { currency:CUX additional*:APR range:RNG dates*:DTM }
         references*:RFF { dates*:DTM }
         packings*:PAC { measures*:MEA quantities*:QTY dates*:DTM references*:RFF
             marks*:PCI { references*:RFF dates*:DTM numbers*:GIN } }
         locations*:LOC { quantities*:QTY dates*:DTM }
         taxes*:TAX { amount:MOA locations*:LOC }
         parties*:NAD { locations*:LOC references*:RFF { dates*:DTM }
             documents*:DOC { dates*:DTM } contacts*:CTA { communications*:COM } }
         allowances*:ALC { additional*:ALI dates*:DTM quantity:QTY { range:RNG }
             percentage:PCD { range:RNG } amounts*:MOA { range:RNG } rate:RTE { range:RNG }
             taxes*:TAX { amount:MOA } }
         transports*:TDT { locations*:LOC { dates*:DTM } }
         delivery_terms*:TOD { locations*:LOC }
         equipment*:EQD { handling*:HAN measures*:MEA texts*:FTX }
         schedules*:SCC { texts*:FTX references*:RFF quantities*:QTY { dates*:DTM } }
         requirements*:RCS { references*:RFF dates*:DTM texts*:FTX } }
     summary:UNS=S total_amounts*:MOA controls*:CNT
     total_allowances*:ALC { additional:ALI amounts*:MOA taxes*:TAX { amount:MOA } }";

const SEGMENTS: [&str; 45] = [
    "ALC kind number(number,additional) settlement sequence service(code,list,agency,text,text_2)",
    "ALI origin duty_regime condition condition_2 condition_3 condition_4 condition_5",
    "APR class multiplier(rate,qualifier) reason(code,list,agency,text)",
    "AUT result key",
    "BGM name(code,list,agency,text) number function response",
    "CNT (qualifier,value,unit)",
    "COM (number,qualifier)",
    "CPS number parent level",
    "CTA function contact(id,name)",
    "CUX reference(usage,currency,qualifier,base) target(usage,currency,qualifier,base) rate market",
    "DGS regulation hazard(code,page,version,date) un(number,flashpoint) flashpoint(value,unit) group ems mfag tremcard",
    "DLM priority instruction(code,list,agency,text) special_service(code,list,agency,text,text_2) substitution",
    "DOC name(code,list,agency,text) details(number,status,source,language) channel copies originals",
    "DTM (qualifier,value,format)",
    "EQA qualifier id(number,list,agency,country)",
    "EQD qualifier id(number,list,agency,country) size(code,list,agency,text) supplier status full",
    "FII role account(number,holder,holder_2,currency) bank(id,list,agency,branch,branch_list,branch_agency,name,branch_name) country",
    "FTX subject function reference(code,list,agency) text(line_1,line_2,line_3,line_4,line_5) language",
    "GIN qualifier numbers(from,to) numbers_2(from,to) numbers_3(from,to) numbers_4(from,to) numbers_5(from,to)",
    "GIR qualifier number(value,qualifier,status) number_2(value,qualifier,status) number_3(value,qualifier,status) number_4(value,qualifier,status) number_5(value,qualifier,status)",
    "HAN instruction(code,list,agency,text) material(code,list,agency,text)",
    "IMD type characteristic description(code,list,agency,text,text_2,language) surface",
    "LIN number action item(id,type,list,agency) subline(indicator,number) level configuration",
    "LOC qualifier place(code,list,agency,name) related(code,list,agency,name) related_2(code,list,agency,name) relation",
    "MEA purpose details(dimension,significance,attribute,attribute_text) value(unit,value,minimum,maximum,digits) surface",
    "MOA (qualifier,amount,currency,currency_qualifier,status)",
    "NAD role party(id,list,agency) address(line_1,line_2,line_3,line_4,line_5) name(line_1,line_2,line_3,line_4,line_5,format) street(line_1,line_2,line_3,line_4) city region postal_code country",
    "PAC packages details(level,related,terms) type(code,list,agency,text) item(kind,text,code,text_2) returnable(terms,payer)",
    "PAI (condition,guarantee,means,list,agency,channel)",
    "PAT type terms(code,list,agency,text,text_2) period(reference,relation,type,n_periods)",
    "PCD (qualifier,percentage,basis,list,agency)",
    "PCI instruction marks(line_1,line_2,line_3,line_4,line_5,line_6,line_7,line_8,line_9,line_10) status type(code,list,agency)",
    "PIA function item(id,type,list,agency) item_2(id,type,list,agency) item_3(id,type,list,agency) item_4(id,type,list,agency) item_5(id,type,list,agency)",
    "PRI (qualifier,price,type,basis,quantity,unit) subline",
    "QTY (qualifier,quantity,unit)",
    "QVR (difference,qualifier) status reason(code,list,agency,text)",
    "RCS sector requirement(code,list,agency,text) action country",
    "RFF (qualifier,reference,line,version)",
    "RNG qualifier (unit,minimum,maximum)",
    "RTE (qualifier,rate,basis,unit)",
    "SCC status requirement pattern(frequency,dispatch,dispatch_time)",
    "SEL number issuer(code,list,agency,name) condition",
    "TAX function type(code,list,agency,text) account(code,list,agency) basis details(code,list,agency,rate,rate_basis,rate_basis_agency) category party_tax_id",
    "TDT stage reference mode(code,text) means(code,text) carrier(id,list,agency,name) direction excess(reason,responsibility,authorization) vehicle(id,list,agency,name,nationality) ownership",
    "TOD function payment_method terms(code,list,agency,text,text_2)",
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
