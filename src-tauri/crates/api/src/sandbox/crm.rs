//! The sample CRM: contacts and companies, looked up by id or email, changed by PUT.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value as Json, json};

use super::names::COMPANIES;
use super::pages::{self, Query};
use super::seed::Seed;
use super::{Shared, World, answer, fail, lock, ok};

/// What the CRM remembers.
pub(super) struct Crm {
    contacts: Vec<Json>,
    companies: Vec<Json>,
    notes: Vec<Json>,
}

impl Crm {
    pub(super) fn new(seed: &Seed) -> Self {
        let companies: Vec<Json> = COMPANIES
            .iter()
            .enumerate()
            .map(|(n, (name, domain, trade))| {
                json!({
                    "id": format!("co-{}", n + 1), "name": name, "domain": domain, "trade": trade,
                    "employees": 12 + (n * 53) % 900, "tier": (["gold", "silver", "bronze"][n % 3]),
                })
            })
            .collect();
        // The CRM does not know everybody who buys in the shop.
        let known = seed.customers.iter().enumerate().filter(|(n, _)| n % 9 != 8);
        let contacts = known
            .map(|(n, customer)| {
                let company = companies.iter().find(|c| c["name"] == customer["company"]);
                json!({
                    "id": format!("ct-{}", n + 1),
                    "name": customer["name"],
                    "email": customer["email"],
                    "company_id": company.map_or(Json::Null, |c| c["id"].clone()),
                    "owner": (["Maya Lindgren", "Tom Okafor", "Rita Sousa"][n % 3]),
                    "stage": (["lead", "customer", "customer", "partner"][n % 4]),
                    "updated_at": customer["updated_at"],
                })
            })
            .collect();
        Self { contacts, companies, notes: Vec::new() }
    }
}

pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/contacts", get(contacts).post(create_contact))
        .route("/contacts/{id}", get(contact).put(put_contact))
        .route("/contacts/by-email/{email}", get(contact_by_email))
        .route("/companies", get(companies))
        .route("/companies/{id}", get(company))
        .route("/notes", get(notes).post(add_note))
}

/// In pages, each with the address of the next.
async fn contacts(State(world): Shared, headers: HeaderMap, query: Query) -> Response {
    let crm = lock(&world.crm);
    let found = pages::filter(&crm.contacts, &query, &["email", "stage"]);
    let page = pages::page(&found, &query);
    let next = (page.number < page.pages).then(|| {
        let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
        let rest = pages::query_with(&query, "page", page.number + 1);
        format!("http://{host}/crm/contacts?{rest}")
    });
    ok(&json!({ "contacts": page.items, "total": page.total, "next_url": next }))
}

async fn contact(State(world): Shared, Path(id): Path<String>) -> Response {
    found(lock(&world.crm).contacts.iter().find(|contact| contact["id"] == *id), "contact", &id)
}

async fn contact_by_email(State(world): Shared, Path(email): Path<String>) -> Response {
    let crm = lock(&world.crm);
    found(crm.contacts.iter().find(|contact| contact["email"] == *email), "contact", &email)
}

async fn create_contact(State(world): Shared, body: axum::Json<Json>) -> Response {
    let mut crm = lock(&world.crm);
    let mut contact = body.0;
    if let Some(refused) = refuse(&contact) {
        return refused;
    }
    if crm.contacts.iter().any(|known| known["email"] == contact["email"]) {
        let message = format!("there is a contact with the email {} already", contact["email"]);
        return fail(StatusCode::CONFLICT, "duplicate", &message);
    }
    contact["id"] = json!(format!("ct-{}", 1001 + crm.contacts.len()));
    crm.contacts.push(contact.clone());
    answer(StatusCode::CREATED, &contact)
}

/// Makes the contact or changes it: the same call twice does no harm.
async fn put_contact(
    State(world): Shared,
    Path(id): Path<String>,
    body: axum::Json<Json>,
) -> Response {
    let mut contact = body.0;
    if let Some(refused) = refuse(&contact) {
        return refused;
    }
    contact["id"] = json!(id);
    let mut crm = lock(&world.crm);
    if let Some(known) = crm.contacts.iter_mut().find(|known| known["id"] == *id) {
        *known = contact.clone();
        return ok(&contact);
    }
    crm.contacts.push(contact.clone());
    answer(StatusCode::CREATED, &contact)
}

fn refuse(contact: &Json) -> Option<Response> {
    let email = contact["email"].as_str().unwrap_or_default();
    let is_email =
        email.split_once('@').is_some_and(|(who, at)| !who.is_empty() && at.contains('.'));
    let reason = if !contact.is_object() {
        "a contact is an object"
    } else if contact["name"].as_str().is_none_or(|name| name.trim().is_empty()) {
        "name is missing"
    } else if !is_email {
        "email is not an email address"
    } else {
        return None;
    };
    Some(fail(StatusCode::UNPROCESSABLE_ENTITY, "invalid", reason))
}

/// In pages by offset.
async fn companies(State(world): Shared, query: Query) -> Response {
    let crm = lock(&world.crm);
    let found = pages::filter(&crm.companies, &query, &["domain", "trade", "tier"]);
    let (offset, items) = pages::offset(&found, &query);
    ok(&json!({ "companies": items, "offset": offset, "total": found.len() }))
}

async fn company(State(world): Shared, Path(id): Path<String>) -> Response {
    found(lock(&world.crm).companies.iter().find(|company| company["id"] == *id), "company", &id)
}

async fn add_note(State(world): Shared, body: axum::Json<Json>) -> Response {
    let mut crm = lock(&world.crm);
    let note = json!({ "id": 1 + crm.notes.len(), "note": body.0 });
    crm.notes.push(note.clone());
    answer(StatusCode::CREATED, &note)
}

async fn notes(State(world): Shared) -> Response {
    ok(&json!({ "notes": lock(&world.crm).notes }))
}

fn found(item: Option<&Json>, what: &str, id: &str) -> Response {
    match item {
        Some(item) => ok(item),
        None => fail(StatusCode::NOT_FOUND, "not_found", &format!("there is no {what} {id}")),
    }
}
