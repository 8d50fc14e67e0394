/** Linux's capabilities by their bit. @see https://github.com/torvalds/linux/blob/master/include/uapi/linux/capability.h */
const NAMES = (
  'chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service ' +
  'net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin ' +
  'sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override ' +
  'mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore'
).split(' ');

/**
 * The permitted and inheritable capabilities of the extended attribute security.capability (`struct vfs_cap_data`:
 * a little-endian version and flags, then pairs of 32 bits). What is too short for a pair names none.
 */
export function capabilityNames(attribute: Uint8Array): readonly string[] {
  const view = new DataView(attribute.buffer, attribute.byteOffset, attribute.byteLength);
  const names: string[] = [];
  for (let word = 0; word < 2 && 4 + word * 8 + 8 <= attribute.length; word += 1) {
    const bits = view.getUint32(4 + word * 8, true) | view.getUint32(8 + word * 8, true);
    for (let bit = 0; bit < 32; bit += 1) {
      if ((bits & (1 << bit)) !== 0) names.push(`cap_${NAMES[word * 32 + bit] ?? word * 32 + bit}`);
    }
  }
  return names;
}
