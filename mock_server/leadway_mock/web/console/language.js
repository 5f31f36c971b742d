// Catalogues of texts, and formats of numbers and times.

export const LANGUAGES = { en: "English", es: "Español" };

let catalogue = {};
let language = "en";

export async function loadLanguage(embedded) {
  const chosen = loadSetting("language") ?? navigator.language.slice(0, 2);
  language = chosen in LANGUAGES ? chosen : "en";
  catalogue = embedded?.[language] ?? (await (await fetch(`/__mock/console/${language}.json`)).json());
  document.documentElement.lang = language;
}

export const currentLanguage = () => language;

// Return a text of the catalogue, with `{name}` replaced by values.
export function t(key, values) {
  return (catalogue[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => {
    const value = values?.[name];
    return typeof value === "number" ? value.toLocaleString(language) : (value ?? "");
  });
}

export const time = (iso) => new Date(iso).toISOString().slice(11, 19);

export function span(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((n) => String(n).padStart(2, "0"));
  const hours = Math.floor(whole / 3600);
  return (hours ? [hours, ...parts] : parts).join(":");
}

// Storage may be forbidden, as in a file.
export function loadSetting(name) {
  try {
    return localStorage.getItem(`leadway-${name}`);
  } catch {
    return null;
  }
}

export function saveSetting(name, value) {
  try {
    localStorage.setItem(`leadway-${name}`, value);
  } catch {
    // It lasts until the page is reloaded.
  }
}
