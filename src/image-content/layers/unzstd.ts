import { Decompress } from 'fzstd';

/** Decodes zstd in JavaScript, for Nodes without a native decoder. Throws an Error when the bytes are damaged or end early. */
export async function* unzstd(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let out: Uint8Array[] = [];
  const decoder = new Decompress((chunk) => {
    out.push(chunk);
  });
  for await (const chunk of source) {
    decoder.push(chunk);
    yield* out;
    out = [];
  }
  decoder.push(new Uint8Array(0), true);
  yield* out;
}
