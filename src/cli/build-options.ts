/** The flags by which a user says how the build is really started. */
export const BUILD_OPTIONS = {
  'build-arg': { type: 'string', multiple: true },
  'build-context': { type: 'string', multiple: true },
  platform: { type: 'string', multiple: true },
  target: { type: 'string' },
  'all-files': { type: 'boolean' },
} as const;
