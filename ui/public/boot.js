// Runs before the first paint: no flash of the wrong colours, and no inline script (CSP).
(function () {
  try {
    var wanted = localStorage.getItem('mantine-color-scheme-value') || 'auto';
    var dark = wanted === 'dark' || (wanted === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
    document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
  } catch (error) {
    // Without storage the light scheme stays.
  }
})();
