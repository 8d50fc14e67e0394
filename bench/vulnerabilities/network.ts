import { collectKnown, DEBIAN, inventoryOf } from '../../__tests__/support/image/vulnerability-run.js';
import { knowing, type OsvServer, serveOsv } from '../../__tests__/support/registry/osv-server.js';
import { registryLimits } from '../../src/registry/limits.js';
import { madePackages, madeRecords, PACKAGES } from './made-packages.js';

const IMAGES = 25;
const ROUND_TRIP = 50;
/** Longer than the client takes to send what it can send, on a busy machine too. */
const QUIET = 400;

/** What images cost whose packages nobody has asked about before: over a network with a round trip, and in round trips. */
export async function measureNetwork(): Promise<string> {
  const knowledge = knowing(madeRecords('Debian:12', 'DEBIAN').slice(0, 200));
  const paced = await serveOsv(knowledge, ROUND_TRIP);
  const start = performance.now();
  await evaluateImages(paced);
  const wall = performance.now() - start;
  await paced.close();
  const counted = await serveOsv(knowledge, QUIET, true);
  await evaluateImages(counted);
  await counted.close();

  const { requests } = paced;
  const of = (pattern: RegExp) => requests.filter((request) => pattern.test(request)).length;
  const [questions, records] = [of(/^POST/), of(/^GET \/v1\/vulns/)];
  const together = registryLimits()['host-concurrency'];
  const least = 1 + Math.ceil(records / together) + 1;
  return [
    `${IMAGES} images of ${PACKAGES} packages, cold, ${ROUND_TRIP} ms a round trip:`,
    '',
    `| requests | sequential round trips | the least, ${together} at a time | wall time, s |`,
    '| --- | --- | --- | --- |',
    `| ${requests.length} | ${counted.rounds()} | ${least} | ${(wall / 1000).toFixed(2)} |`,
    '',
    `The requests are ${questions} of questions, ${records} of records, and ${requests.length - questions - records} of the list of exploited ones, at most ${paced.most()} at a time. Round trips are counted by a server that answers all open requests together, when no more come. The least is one for the questions, ${least - 2} for the records, and one for the list.`,
  ].join('\n');
}

async function evaluateImages(server: OsvServer): Promise<void> {
  const shared = new Map<string, Promise<unknown>>();
  const all = await Promise.all(
    Array.from({ length: IMAGES }, (_, image) =>
      collectKnown({ inventory: inventoryOf(DEBIAN, madePackages('Debian:12', image)), server, shared }),
    ),
  );
  const open = all.find((evidence) => evidence.status !== 'present' || evidence.value.unevaluated.length > 0);
  if (open !== undefined) throw new Error(JSON.stringify(open).slice(0, 500));
}
