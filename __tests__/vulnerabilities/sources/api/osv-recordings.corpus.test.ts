import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Evidence } from '../../../../src/evidence/evidence.js';
import type { KnownVulnerabilities } from '../../../../src/vulnerabilities/vulnerabilities.js';
import { collectKnown } from '../../../support/image/vulnerability-run.js';
import { canaryRecord } from '../../../support/registry/osv-canary.js';
import { type OsvRecording, osvRecordings } from '../../../support/registry/osv-recordings.js';
import {
  knowing,
  type MadeRecord,
  type OsvKnowledge,
  type OsvQuery,
  type OsvServer,
  serveOsv,
} from '../../../support/registry/osv-server.js';
import { makeZip } from '../../../support/registry/zip-maker.js';
import { describeWithSharedData, sharedData } from '../../../support/shared-data.js';

function hitsOf(evidence: Evidence<KnownVulnerabilities>): ReadonlySet<string> {
  if (evidence.status !== 'present') throw new Error(`nothing was collected: ${JSON.stringify(evidence)}`);
  // Some were recorded of a language's packages alone, which make no image that was understood, some of old releases.
  const gaps = evidence.value.unevaluated.filter(({ reason }) => !reason.includes('no longer adds advisories'));
  expect(gaps.filter(({ what }) => what !== 'the image')).toEqual([]);
  const found = evidence.value.found.flatMap(({ package: about, records }) =>
    records.map((id) => `${about.name} ${about.version} ${id}`),
  );
  return new Set(found);
}

/** Answers as was recorded, and what was not recorded, the questions that must find something, with an old vulnerability. */
function replaying(recordings: readonly OsvRecording[], records: readonly MadeRecord[]): OsvKnowledge {
  const named = new Map<string, string[]>();
  for (const { ecosystem, inventory, hits } of recordings) {
    for (const { name, version } of inventory.packages) named.set(`${ecosystem} ${name} ${version}`, []);
    for (const hit of hits) {
      const [name = '', version = '', id = ''] = hit.split(' ');
      const key = `${ecosystem} ${name} ${version}`;
      named.set(key, [...new Set([...(named.get(key) ?? []), id])]);
    }
  }
  return {
    ...knowing(records),
    batch: (queries) => ({
      body: { results: queries.map((query) => ({ vulns: idsOf(query).map((id) => ({ id })) })) },
    }),
  };
  function idsOf({ package: about, version }: OsvQuery): readonly string[] {
    // Nobody asked about subscribers' packages when these were recorded.
    const unknown = about.ecosystem.startsWith('Ubuntu:Pro:') ? [] : ['OLD-1'];
    return named.get(`${about.ecosystem} ${about.name} ${version}`) ?? unknown;
  }
}

describeWithSharedData('vulnfeeds/osv-cassettes', 'recorded answers of the OSV API', () => {
  let recordings: readonly OsvRecording[] = [];
  let records: readonly MadeRecord[] = [];
  beforeAll(() => {
    ({ recordings, records } = osvRecordings(sharedData('vulnfeeds/osv-cassettes')));
  });
  const directories: string[] = [];
  const servers: OsvServer[] = [];
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
    await Promise.all(directories.map((directory) => rm(directory, { recursive: true })));
  });

  test('are of real images and packages', () => {
    expect(recordings.length).toBeGreaterThan(15);
    expect(records.length).toBeGreaterThan(300);
    expect(new Set(recordings.map(({ ecosystem }) => ecosystem)).size).toBeGreaterThan(10);
  });

  test('give the same vulnerabilities when they are replayed', async () => {
    const server = await serveOsv(replaying(recordings, records));
    servers.push(server);
    for (const { inventory, hits } of recordings) {
      expect(hitsOf(await collectKnown({ inventory, server }))).toEqual(hits);
    }
  });

  test('give the same when the service pages, fails and limits in between', async () => {
    const whole = replaying(recordings, records);
    let asked = 0;
    const server = await serveOsv({
      ...whole,
      batch: (queries) => {
        asked += 1;
        if (asked % 5 === 1) return { status: 503, body: {} };
        if (asked % 5 === 2) return { status: 429, headers: { 'retry-after': '2' }, body: {} };
        const { results } = whole.batch(queries).body as {
          readonly results: readonly { readonly vulns: readonly object[] }[];
        };
        // A page holds nothing, then seven at a time.
        const pages = results.map(({ vulns }, index) => {
          const token = queries[index]?.page_token;
          if (token === undefined) return { next_page_token: '0' };
          const at = Number(token);
          return { vulns: vulns.slice(at, at + 7), ...(at + 7 < vulns.length ? { next_page_token: `${at + 7}` } : {}) };
        });
        return { body: { results: pages } };
      },
    });
    servers.push(server);
    for (const { inventory, hits } of recordings) {
      expect(hitsOf(await collectKnown({ inventory, server }))).toEqual(hits);
    }
  });

  test('give the same from a directory of exports made of them', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'osv-recorded-'));
    directories.push(directory);
    const families = new Set(recordings.map(({ ecosystem }) => ecosystem.split(':', 1)[0] ?? ''));
    for (const family of families) {
      const own = records.filter(({ affected }) => JSON.stringify(affected).includes(`"ecosystem":"${family}`));
      const files = Object.fromEntries(own.map((record) => [`${record.id}.json`, JSON.stringify(record)]));
      // Only what was asked about was recorded, and the archive of a release knows old vulnerabilities too.
      for (const { ecosystem } of recordings.filter((one) => one.ecosystem.startsWith(family))) {
        const old = canaryRecord(ecosystem);
        files[`${old.id}.json`] = JSON.stringify(old);
      }
      await mkdir(join(directory, family));
      await writeFile(join(directory, family, 'all.zip'), makeZip(files));
    }
    for (const { inventory, hits } of recordings) {
      const evidence = await collectKnown({ inventory, settings: { vulnerabilitiesDirectory: directory } });
      expect(hitsOf(evidence)).toEqual(hits);
    }
  });
});
