// Files as they are chosen and dropped, folders with all that is in them.

/** Of a folder, covers and notes are left out; what a browser has no type for may be sound. */
const MAY_BE_SOUND = /^(audio|video)\/|^$/;

/** Every file that was dropped, of folders in the order of their names. @param {DataTransfer} transfer */
export async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()); // before any await: they go
  if (entries.some((entry) => !entry)) return [...transfer.files];
  const nested = await Promise.all(entries.map(within));
  return nested.flat();
}

/** Of the files of a chosen folder those that may be sound, in the order of their paths. @param {File[]} files */
export function soundsOf(files) {
  const path = (file) => file.webkitRelativePath || file.name;
  const isHidden = (file) => path(file).split("/").some((part) => part.startsWith("."));
  const found = files.filter((file) => MAY_BE_SOUND.test(file.type) && !isHidden(file));
  return found.sort((a, b) => path(a).localeCompare(path(b)));
}

async function within(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!part.length) break; // it comes in parts of a hundred
    found.push(...part);
  }
  found.sort((a, b) => a.name.localeCompare(b.name));
  const files = await Promise.all(found.filter(({ name }) => !name.startsWith(".")).map(within));
  return files.flat().filter(({ type }) => MAY_BE_SOUND.test(type));
}
