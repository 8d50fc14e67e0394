import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '@jest/globals';
import { writeLayout } from '../support/image/image-maker-layout.js';
import { describeWithPeers } from '../support/process/peers.js';
import { expectFaultTable, faultTable, makeFaultContent } from '../support/registry/fault-table.js';
import { closeRegistries } from '../support/registry/registry-open.js';
import { run, startDockerRegistry } from '../support/registry/registry-peers.js';

describeWithPeers(['docker-registry', 'skopeo', 'crane'], "faults between us and Docker's registry", () => {
  test('end as they do before a registry of our own', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'faults-'));
    const registry = await startDockerRegistry();
    const content = await makeFaultContent();
    await writeLayout(join(directory, 'index'), [{ content: content.index, name: '1' }]);
    await writeLayout(join(directory, 'signature'), [{ content: content.signature }]);
    const to = `${registry.host}/base/app`;
    const copy = ['copy', '--all', '--preserve-digests', '--dest-tls-verify=false'];
    await run('skopeo', [...copy, `oci:${directory}/index:1`, `docker://${to}:1`]);
    await run('crane', ['push', join(directory, 'signature'), `${to}:signature`, '--insecure']);
    try {
      await expectFaultTable(await faultTable(registry.host, content));
    } finally {
      await closeRegistries();
      await registry.close();
      await rm(directory, { recursive: true });
    }
  }, 60_000);
});
