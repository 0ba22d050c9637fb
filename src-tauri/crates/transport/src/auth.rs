//! Lets a call in at its system: signs it, and gets what it needs to sign. One file for each way in
//! `auth/`. Not how a way is written down: see `spec`.

mod api_key;
mod basic;
mod bearer;
mod headers;
mod place;
mod sigv4;
