/** A key or certificate from a file, as the host takes it. */

const LARGEST = 1 << 20;

/** The text of a PEM file, a binary file such as PFX in Base64; null where it is too large. */
export async function secretOfFile(file: File): Promise<string | null> {
  if (file.size > LARGEST) return null;
  const bytes = new Uint8Array(await file.arrayBuffer());
  const isText = bytes.every((byte) => byte === 9 || byte === 10 || byte === 13 || byte >= 32);
  if (isText) return new TextDecoder().decode(bytes);
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}
