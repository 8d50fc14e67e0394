/**
 * Which requirements each rule gives evidence toward, and why: one sentence each. Evidence toward, since whether a
 * requirement is met is for whoever assesses the whole system to say. A rule's `controls` are its NIST ids here.
 */
export const MAPPING: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'readable-build-file': {
    'CM-6': 'A build file that can be read shows the settings by which an image is made.',
  },
  'known-reference': {
    'CM-2': 'A baseline names its components, and a reference that only a running build knows names none.',
    'SR-4': 'Where a component comes from can be followed only if the build file says which it is.',
    'KSI-PIY-GIV': 'The inventory of base images is made from what the build files name.',
    'containers/asset-identifiers': 'Each base image is identified by its reference and digest.',
  },
  'denied-base': {
    'CM-7': 'Software that must not be used is listed, and building on it is refused.',
    'SR-3': 'A component with a known supply chain problem is kept out of the build.',
    'KSI-SCR-MIT': 'Images known to be abandoned or compromised are refused.',
    'CIS 4.2': 'A base image that must not be trusted is refused.',
  },
  'allowed-base': {
    'CM-7': 'Only base images that the organization has allowed are built on.',
    'SR-3': 'Suppliers of base images are chosen on purpose, in a reviewed policy.',
    'KSI-SCR-MIT': 'The allowlist is the decision about whose images are taken.',
    'CIS 4.2': 'The allowlist says which base images are trusted.',
    'containers/hardened-images': 'The allowlist can hold the build to publishers of hardened images.',
  },
  'allowed-frontend': {
    'CM-7': 'The program that reads the build file is one that the organization has allowed.',
    'SR-3': "The frontend is a supplier's program, and is chosen on purpose.",
    'SR-4': 'A pinned frontend is the one that was looked at.',
    'KSI-SCR-MIT': 'A frontend is third-party code that runs in the build.',
  },
  'pinned-by-digest': {
    'CM-2': "A digest is a component of the baseline that can't change unseen.",
    'SI-7': 'What was verified is what is pulled, since a digest is checked by whoever pulls.',
    'KSI-CMT-RMV': 'A pinned base changes by a reviewed commit, and in no other way.',
    'KSI-SVC-VRI': 'A digest binds the build to bytes that were verified.',
    'containers/asset-identifiers': 'The digest is a unique identifier of the image.',
  },
  'overridable-base': {
    'CM-2': 'A base that a build argument can replace is not held by the baseline.',
    'CM-5': 'Who can start a build could change the base without a reviewed commit.',
    'KSI-CMT-RMV': 'A base changes by a reviewed commit only if no argument can replace it.',
  },
  current: {
    'SI-2': 'A tag that has moved on since it was pinned shows of updates that were not taken.',
    'CM-2': 'The baseline is compared with what the publisher has now.',
    'SA-22': 'A line that gets no newer patches may have come to its end.',
    'KSI-SCR-MON': 'Upstream changes to pinned images are watched for.',
    'CIS 4.4': 'A pin behind its tag is an image that was not rebuilt with patches.',
  },
  'signature-verified': {
    'CM-14': 'An image is built on only if an authority of the policy has signed its digest.',
    'SI-7': 'The signature shows that the image is the one its publisher made.',
    'SI-7(15)': 'Code is authenticated by its signature before it becomes a part of the system.',
    'SR-4': 'The signer is proven, with the time of the signature where a log or timestamp shows.',
    'SR-11': 'A signature by the publisher shows that the component is genuine.',
    'KSI-SVC-VRI': 'Integrity is validated with cryptography.',
    'KSI-SCR-MIT': "An image that somebody else has put in the place of the publisher's is refused.",
    'CIS 4.5':
      'Publisher and integrity of an image are verified before it is built on, which is what content trust is for.',
    'CIS 4.12': 'The signature of a base image is verified against the keys and identities that the policy names.',
    'CIS 4.2': 'Trust in a base image rests on a signature and not on its name.',
  },
  'sbom-attested': {
    'CM-8': 'Whether there is a signed list of the components of a base image is asked of each one.',
    'SR-4': 'The list is signed by who is allowed to make it.',
    'KSI-PIY-GIV': 'Inventories of base images are had from an authoritative source.',
    'govramp/inventory': 'Components of base images are listed by a signed SBOM.',
    'CIS 4.12': 'An SBOM counts only if its signature is verified, unless the allow entry accepts unsigned ones.',
  },
  'provenance-attested': {
    'SR-3': 'Builder and source of the image are those that the policy asks for.',
    'SR-4': 'Signed provenance says how, where and from what the image was built.',
    'SA-10': 'Provenance ties the image to a revision of its source.',
    'KSI-SCR-MIT': 'An image that was built elsewhere than its publisher builds is found out.',
    'KSI-SVC-VRI': 'The signature of provenance is verified with cryptography.',
    'CIS 4.12': 'Provenance counts only if its signature is verified, unless the allow entry accepts unsigned ones.',
  },
  'sbom-complete': {
    'CM-8': "Elements are looked for without which a list of components can't be used.",
    'SR-4': 'Suppliers and identifiers of components are named.',
    'KSI-PIY-GIV': 'An inventory is of use only if its entries can be distinguished.',
    'govramp/inventory': 'The list of components is complete enough to be worked with.',
  },
  'sbom-matches-image': {
    'CM-8': 'The list of components is compared with what is installed.',
    'SI-7': 'A difference between the list and the layers shows a change that nobody declared.',
    'SR-4': 'What the publisher states is tested against the image itself.',
    'KSI-PIY-GIV': 'The inventory is reconciled with what is there.',
  },
  distroless: {
    'CM-7': 'A shell or package manager in what ships is found.',
    'CM-7(1)': 'Each run reviews which of these tools are there.',
    'KSI-CNA-MAT': 'Without a shell and package manager, less is there to attack with.',
    'containers/hardened-images':
      'Leaving out what is not needed, such as a shell, is among what hardening guides ask of images.',
    'CIS 4.3': 'Shells and package managers are unnecessary in what ships.',
  },
  'non-root': {
    'AC-6': "A process that would begin with root's privileges is found.",
    'CM-6': 'The user is set in image or build file, and is the one expected.',
    'KSI-CNA-DFP': "The privileges of the container's process are defined.",
    'containers/hardened-images': 'An unprivileged user is among what hardening guides ask of images.',
    'CIS 4.1': 'The effective user of what ships is distinguished from image and build file.',
  },
  minimal: {
    'CM-7': 'Size and number of packages stay within what the policy allows.',
    'CM-7(1)': 'Each run reviews how much is in the image.',
    'CM-8': 'The packages in the image are counted from its own databases.',
    'KSI-CNA-MAT': "What is not in an image can't be attacked.",
    'CIS 4.3': 'A budget on packages keeps out those that nobody needs.',
  },
  'hardened-configuration': {
    'CM-2': 'The configuration of the image is compared with what is expected of a base.',
    'CM-6': 'Settings that weaken a container are found.',
    'AC-6': 'Programs that run with the rights of their owner are found.',
    'CM-7': 'Ports by which people log in from outside are found in the configuration.',
    'KSI-CNA-IBP': 'The image is compared with common guidance for container images.',
    'KSI-SVC-ACM': 'The configuration is evaluated by a program at every change.',
    'containers/hardened-images': 'The settings tested are those that hardening guides name.',
    'CIS 4.8': 'Files with set-uid and set-gid bits are listed and held against the policy.',
  },
  intact: {
    'SI-7': 'Files are compared with the checksums of the packages that own them.',
    'SI-7(1)': 'The comparison is made at every run.',
    'CM-6': 'Files that no package owns are found.',
    'KSI-SVC-VRI': 'Files of packages are verified by their checksums.',
    'CIS 4.11': 'Installed files are those of the packages.',
  },
  'no-secrets': {
    'IA-5(7)': 'Layers and environment are searched for keys and credentials.',
    'CM-6': 'The environment is a setting, and holds no credential.',
    'CIS 4.10': 'Secrets that ended up in image layers or environment are found.',
  },
  'from-wolfi': {
    'SR-4': 'What the image says of its origin agrees in os-release, signing keys and build configuration.',
    'CM-8': 'The distribution of the image is known, so that its packages can be reported.',
    'KSI-SCR-MIT': 'An image that only claims its origin is found out.',
  },
  fresh: {
    'SI-2': "An image that was not rebuilt lately can't have the patches published since.",
    'RA-5':
      'A clock beside the image shows how long ago it was made, and so how old the result of an older scan can be.',
    'CIS 4.4': 'The age of an image shows whether it is rebuilt.',
  },
  supported: {
    'SA-22': 'Distributions and runtimes past their end of support are found.',
    'SI-2': 'What is past its end gets no patches.',
    'KSI-SCR-MON': 'Ends of support are watched for.',
  },
  'no-known-vulnerabilities': {
    'RA-5': 'The packages of the image are held against published vulnerabilities.',
    'SI-2': 'What can be fixed is to be fixed within the time that the policy gives.',
    'KSI-SCR-MON': 'Third-party packages are watched for upstream vulnerabilities.',
    'KSI-CMT-VTD': 'Each change is tested for known vulnerabilities before it is merged.',
    'containers/scanned-before-deployment': 'Base images are scanned before anything is built on them.',
    'containers/30-day-window': 'Each run is a scan of the base images, with its time and the age of its feeds named.',
    'containers/registry-monitoring':
      'A run on a schedule scans the base images named again, so that one without a scan in the window is known; the registry and what is deployed are not watched.',
    'govramp/remediation':
      'Vulnerabilities of base images are found with their severity and the date of their advisory, and a grace counts from that date; when they were found in production is not seen.',
    'CIS 4.4': 'Images are scanned for what patches would fix.',
  },
  'no-new-vulnerabilities': {
    'RA-5': 'What a change of the base image adds in known vulnerabilities is shown.',
    'CM-4': 'The impact of a change of the base image is analyzed before it is merged.',
    'KSI-CMT-VTD': 'A change is compared with what was there before it.',
  },
  'policy-unchanged': {
    'CM-3': 'A change to the policy, its waivers or keys is shown to those who review it.',
    'KSI-SVC-ACM': 'The policy is versioned, and a drift from it shows in review.',
  },
};
