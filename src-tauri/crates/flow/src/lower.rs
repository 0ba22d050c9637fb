//! Lowers JSON Schemas of params to form fields.
