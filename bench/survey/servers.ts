// The made organization and its registry on the loopback interface, in a process of its own. It is asked by messages.
import { startOrganization } from '../../__tests__/support/github/organization-server.js';
import { startRegistry } from '../../__tests__/support/registry/registry-server.js';
import { makeRepositories, pushImages } from './made-organization.js';

const [repositories = '2000', images = '600'] = process.argv.slice(2);
/** Repositories whose content can't be had. */
const BROKEN = /^\/repos\/acme\/r(?:13|777|1999)\/git\/trees/;
/** Every so often a secondary limit, for so long. */
const LIMITED_EVERY = 200;
const LIMITED_SECONDS = 2;

const registry = await startRegistry();
const names = await pushImages(registry, Number(images));
const github = await startOrganization(makeRepositories(Number(repositories), names));
let limits = false;
let count = 0;
let refusals = 0;
let during = 0;
let limitedUntil = 0;
github.intercept = ({ path }, response) => {
  const now = Date.now();
  count += 1;
  if (limits && count % LIMITED_EVERY === 0 && now >= limitedUntil) limitedUntil = now + LIMITED_SECONDS * 1000;
  if (limits && now < limitedUntil) {
    refusals += 1;
    // What was on its way when the first was refused is no fault.
    if (now > limitedUntil - LIMITED_SECONDS * 1000 + 500) during += 1;
    response
      .writeHead(403, { 'content-type': 'application/json', 'retry-after': String(LIMITED_SECONDS) })
      .end('{"message":"You have exceeded a secondary rate limit."}');
    return true;
  }
  if (!BROKEN.test(path)) return false;
  response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}');
  return true;
};

// The program that asks may be killed.
process.on('disconnect', () => process.exit(1));
process.on('message', (message) => {
  if (message === 'stop') process.exit(0);
  if (message === 'limits') limits = true;
  if (message === 'count') {
    const kinds = Object.fromEntries(
      (['list', 'named', 'tree', 'blobs', 'blob', 'repository', 'other'] as const).map((kind) => [
        kind,
        github.count(kind),
      ]),
    );
    const trees = github.requests.flatMap(({ kind, path }) => (kind === 'tree' ? [path] : []));
    const layers = registry.requests.filter(({ method, url }) => method === 'GET' && url.includes('/blobs/'));
    process.send?.({
      kinds,
      treesTwice: trees.length - new Set(trees).size,
      withoutToken: github.requests.filter(({ authorization }) => authorization === undefined).length,
      registry: registry.requests.length,
      withCredentials: registry.requests.filter(({ headers }) => headers['authorization'] !== undefined).length,
      blobs: layers.length,
      blobsTwice: layers.length - new Set(layers.map(({ url }) => url)).size,
      refusals,
      during,
    });
    github.forget();
    registry.forgetRequests();
    refusals = 0;
    during = 0;
    limits = false;
  }
});
process.send?.({ apiUrl: github.apiUrl, host: registry.host });
