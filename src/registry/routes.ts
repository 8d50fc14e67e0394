import { err, ok, type Result } from '../lib/result.js';
import { canonicalHost } from '../references/registry-host.js';

/** The replacement of a registry, as written in `--registry`. */
export type RouteText =
  | { readonly from: string; readonly to: 'registry'; readonly registry: string; readonly prefix: string }
  | { readonly from: string; readonly to: 'layout'; readonly path: string };

const EXPECTED = 'expected HOST=HOST2/PREFIX or HOST=oci-layout:DIR';
const LAYOUT = 'oci-layout:';

/** Reads `HOST[/PREFIX]=HOST2[/PREFIX2]` or `HOST[/PREFIX]=oci-layout:DIR`. Fails with one sentence. */
export function parseRoute(text: string): Result<RouteText, string> {
  const equals = text.indexOf('=');
  const from = splitHost(text.slice(0, Math.max(equals, 0)));
  const to = text.slice(equals + 1);
  if (from === undefined || to === '') return err(`--registry "${text}" does not map a registry; ${EXPECTED}.`);
  const name = from.prefix === '' ? from.registry : `${from.registry}/${from.prefix}`;
  if (to.startsWith(LAYOUT)) {
    const path = to.slice(LAYOUT.length);
    return path === ''
      ? err(`--registry "${text}" names no directory; ${EXPECTED}.`)
      : ok({ from: name, to: 'layout', path });
  }
  const target = splitHost(to);
  return target === undefined
    ? err(`--registry "${text}": "${to}" is not a registry; ${EXPECTED}.`)
    : ok({ from: name, to: 'registry', ...target });
}

function splitHost(text: string): { readonly registry: string; readonly prefix: string } | undefined {
  const [host = '', ...path] = text.replace(/\/+$/, '').split('/');
  if (!/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?$/.test(host)) return undefined;
  if (!path.every((part) => /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*$/.test(part))) return undefined;
  return { registry: canonicalHost(host), prefix: path.join('/') };
}
