const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A name's bytes as text: UTF-8 where they are that, otherwise each byte above 0x7f is written `\xNN`, so that no
 * two names of an archive become one.
 */
export function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    let text = '';
    for (const byte of bytes) text += byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`;
    return text;
  }
}
