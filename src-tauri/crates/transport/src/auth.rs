//! Lets a call in at its system: signs it, and gets what it needs to sign. One file for each way in
//! `auth/`. Not how a way is written down: see `spec`.
