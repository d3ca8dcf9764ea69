/* How grid cells are written; nothing known shows as a dash. */
var dagfuncs = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});

(function () {
  "use strict";
  var locale = document.documentElement.dataset.locale;
  var NOTHING = "–";

  function written(options) {
    var format = new Intl.NumberFormat(locale, options);
    return function (params) {
      var value = params.value;
      return value === null || value === undefined ? NOTHING : format.format(value);
    };
  }

  dagfuncs.coolheadNumber = written({ maximumFractionDigits: 0 });
  dagfuncs.coolheadDecimal = written({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
  dagfuncs.coolheadHundredth = written({
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  dagfuncs.coolheadPercent = written({
    style: "percent",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  dagfuncs.coolheadText = function (params) {
    return params.value === null || params.value === undefined || params.value === ""
      ? NOTHING
      : params.value;
  };
  dagfuncs.coolheadYes = function (params) {
    if (params.value === null || params.value === undefined) return NOTHING;
    return params.value ? "yes" : "no";
  };
  dagfuncs.coolheadDay = function (params) {
    if (!params.value) return NOTHING;
    var day = new Date(params.value.slice(0, 10) + "T00:00:00Z");
    return day.toLocaleDateString(locale, {
      timeZone: "UTC",
      day: "numeric",
      month: "short",
      year: "numeric",
    });
  };
  dagfuncs.coolheadMoment = function (params) {
    if (!params.value) return NOTHING;
    return (
      new Date(params.value).toLocaleString(locale, {
        timeZone: "UTC",
        day: "numeric",
        month: "short",
        year: "numeric",
        hour: "2-digit",
        minute: "2-digit",
      }) + " UTC"
    );
  };
})();
