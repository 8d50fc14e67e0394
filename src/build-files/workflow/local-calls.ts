import { distinct } from '../../lib/collections.js';
import { allRequested, joinInside, type LocalCall, type RequestedBuilds } from '../script/named-build.js';

/** Different calls that are followed in one repository. */
const MAX_CALLS = 200;

/**
 * What actions and reusable workflows build with the inputs of each call in the repository, by their paths. `read` reads
 * one with the inputs of a call; undefined where there is none. Calls that these make are followed, too.
 *
 * @see https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows
 */
export async function calledBuilds(
  found: ReadonlyMap<string, RequestedBuilds>,
  read: (path: string, inputs: LocalCall['inputs']) => Promise<RequestedBuilds | undefined>,
): Promise<ReadonlyMap<string, readonly RequestedBuilds[]>> {
  const builds = new Map<string, RequestedBuilds[]>();
  const seen = new Set<string>();
  const waiting = [...found.values()].flatMap(({ calls = [] }) => calls);
  for (let call = waiting.shift(); call !== undefined && seen.size < MAX_CALLS; call = waiting.shift()) {
    const { inputs } = call;
    const path = pathsOf(call).find((one) => found.has(one));
    const key = JSON.stringify([path, Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1))]);
    if (path === undefined || seen.has(key)) continue;
    seen.add(key);
    const requested = await read(path, inputs);
    if (requested === undefined) continue;
    // Read without the inputs of a call, the file says itself what is wrong in it.
    const { fault: _, ...others } = requested;
    builds.set(path, [...(builds.get(path) ?? []), others]);
    waiting.push(...(requested.calls ?? []));
  }
  return builds;
}

/** A workflow is named by its file, an action by its directory. */
function pathsOf({ uses }: LocalCall): readonly string[] {
  const path = joinInside(uses);
  if (path === undefined) return ['action.yml', 'action.yaml'];
  return [path, `${path}/action.yml`, `${path}/action.yaml`];
}

/**
 * What a file builds by itself, and by each call. Other repositories may call it with other inputs, so that what these
 * decide stays open; a build that was seen and not understood without them is none where every call makes it known.
 */
export function withCalls(own: RequestedBuilds, called: readonly RequestedBuilds[]): RequestedBuilds {
  if (called.length === 0) return own;
  const unknown = new Set(called.flatMap(({ unseen }) => unseen.map(({ line }) => line)));
  const known = new Set(
    called.flatMap(({ named, bakes = [] }) =>
      [...named.map(({ request }) => request), ...bakes].map((one) => one?.line),
    ),
  );
  const all = allRequested([
    { ...own, unseen: own.unseen.filter(({ line }) => unknown.has(line) || !known.has(line)) },
    ...called,
  ]);
  return { ...all, images: distinct(all.images ?? []) };
}
