//! Builds anew when the designer's pages were built anew.

fn main() {
    println!("cargo::rerun-if-changed=../../../ui/dist");
}
