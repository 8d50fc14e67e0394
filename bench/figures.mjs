/** The figures that matter of what each benchmark prints: what, ours, what it is held to, and that one's. */
export const figures = {
  'cold-start': ([rows]) =>
    rows.map((row) => [
      `\`images\` on one Dockerfile in ${row.place}, Node ${row.Node.slice(1)}`,
      `${row['`images` ms']} ms (${row.times} times)`,
      '`node -e 0`',
      `${row['`node -e 0` ms']} ms`,
    ]),
  'first-request': ([[row]]) =>
    ['`node -e 0`', '@actions/github alone'].map((name) => [
      'start of the Action to its first request to GitHub',
      `${row['first request ms']} ms (${row.times} times \`node -e 0\`)`,
      name,
      `${row[`${name} ms`]} ms`,
    ]),
  'build-files': ([[ours, ...others]]) =>
    others.map((other) => [
      'Dockerfiles read in a second, whole semantics',
      ours['files per second'],
      other.reader,
      other['files per second'],
    ]),
  registry([runs, trips, memory], text) {
    const [cold, warm, ...theirs] = runs;
    const wall = 'wall s, process and all';
    const [{ 0: what }] = [/^.*round trip \d+ ms/m.exec(text)];
    return [
      ...theirs.map((run) => [
        `look-ups of ${what}`,
        `${cold[wall]} s, ${cold.requests} requests`,
        run.run,
        `${run[wall]} s, ${run.requests} requests`,
      ]),
      [
        'the same again with a warm cache',
        `${warm[wall]} s, ${warm.requests} requests`,
        'one request for each tag',
        '25 requests',
      ],
      ...trips.map((row) => [
        `requests in a row, registry ${row.registry}`,
        row['in a row, connecting included'],
        "the protocol's minimum",
        row["the protocol's minimum"],
      ]),
      [
        `memory with a layer of ${(Number(memory[1]['layer bytes read']) / 1e9).toFixed(1)} GB`,
        `${memory[1]['peak memory MiB']} MiB`,
        'the same run without it',
        `${memory[0]['peak memory MiB']} MiB`,
      ],
    ];
  },
  scale: (tables) =>
    tables.map((rows) => {
      const of = (row) => `${row['build files']} build files over ${row.images} images`;
      const took = (row) =>
        `${row.s} s, peak ${row['peak MB']} MB, ${row.requests} requests, ${row['JSON MB']} MB of JSON`;
      const [before, last] = rows.slice(-2);
      return [
        `\`check\` of ${of(last)}: ${last.run}`,
        took(last),
        of(before),
        `${took(before)}; grows with the power ${last.exponent}`,
      ];
    }),
  signatures: ([rows]) =>
    rows.flatMap((row) => {
      const what = `one signature and three attestations of each of ${row.images === '1' ? 'one image' : `${row.images} images`}, ${row.form} form, round trip 50 ms`;
      const beside = (name, column) =>
        row[column] === '' ? [] : [[what, `${row['ours (s)']} s`, name, `${row[column]} s`]];
      return [
        ...beside('a cosign for each, `xargs -P 8`', 'xargs -P 8 cosign (s)'),
        ...beside('one Go program on sigstore-go', 'sigstore-go (s)'),
      ];
    }),
  survey: ([runs], text) => {
    const [{ 0: what }] = [/^.* repositories, .* images$/m.exec(text)];
    const [{ 0: secondary }] = [/\d+ refusals by secondary limits/.exec(text)];
    const limits = { 'one run': ['3 requests a repository, 500 MB', ''] };
    return runs.map((row) => [
      `survey of ${what}: ${row.run}`,
      `${row.seconds} s, ${row['for a repository']} requests a repository, peak ${row['peak MiB']} MiB`,
      limits[row.run]?.[0] ?? 'one run',
      row.run.includes('limits')
        ? `the same bytes, ${secondary}`
        : row.run === 'one run'
          ? 'both hold'
          : 'the same bytes',
    ]);
  },
  layers: ([rows]) =>
    rows.map((row) => [
      `a layer hashed, unpacked and looked through: ${row.layer}`,
      `${row['gate s']} s, peak ${row['peak MiB']} MiB`,
      row.layer.startsWith('gzip') ? '`gunzip \\| sha256sum`' : '`zstd -d \\| sha256sum`',
      `${row['pipe s']} s`,
    ]),
  sbom([, evaluated], text) {
    const share = /All JSON of them: ([\d.]+) of JSON.parse's speed/.exec(text)[1];
    const large = /A document of (\d+) MB: (\d+) ms \(JSON.parse (\d+) ms\)/.exec(text);
    return [
      ['the 20 largest SBOMs of the corpus', `${share} of its speed`, '`JSON.parse` alone', '1'],
      [`an SBOM of ${large[1]} MB`, `${large[2]} ms`, '`JSON.parse` alone', `${large[3]} ms`],
      ...evaluated
        .filter(({ answer }) => answer.startsWith('pass'))
        .map((row) => [
          `an SBOM of ${row['document MB']} MB attested as ${row.form}, verified and evaluated, process and all`,
          `peak ${row['peak MB']} MB`,
          '`JSON.parse` of envelope and payload',
          `peak ${row['JSON.parse peak MB']} MB`,
        ]),
    ];
  },
  vulnerabilities([[network], sboms, _causes, made]) {
    const [, least] = Object.entries(network).find(([name]) => name.startsWith('the least'));
    const row = sboms.find((one) => one[''] === 'of the packages that osv-scanner lists, a second');
    return [
      [
        '25 images of 300 packages, queried from the OSV API, cold, round trip 50 ms',
        `${network['wall time, s']} s, ${network.requests} requests, ${network['sequential round trips']} in a row`,
        'in a row at least',
        least,
      ],
      ['packages of real SBOMs in a second, offline', row.ours, 'osv-scanner, the same exports', row['osv-scanner']],
      ...made.map((one) => [
        `packages of an image in a second, offline: ${one.image}`,
        one['packages/s, ours'],
        'osv-scanner, the same exports',
        one['packages/s, osv-scanner'],
      ]),
    ];
  },
};
