"""Charts as Vega-Lite: the page draws them in the browser, files have them for papers."""
