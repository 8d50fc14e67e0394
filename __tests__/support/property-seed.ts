import fc from 'fast-check';

// Property tests try the same inputs everywhere, so that a run can be repeated; PROPERTY_SEED=$RANDOM tries others.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env['PROPERTY_SEED'] ?? 20_261_121) });
