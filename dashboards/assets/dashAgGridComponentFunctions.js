/* Cells that are links: the address stands in another field of the row. */
var dagcomponentfuncs = (window.dashAgGridComponentFunctions =
  window.dashAgGridComponentFunctions || {});

dagcomponentfuncs.CoolheadLink = function (props) {
  var href = props.data && props.data[props.hrefField];
  var text = props.value === null || props.value === undefined ? "–" : String(props.value);
  return href ? React.createElement("a", { href: href }, text) : text;
};
