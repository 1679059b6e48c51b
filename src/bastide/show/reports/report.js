"use strict";
(function () {
  // Text from accounts only ever becomes textContent; nothing here builds HTML from a string.
  var STEP = 200;
  var data = JSON.parse(document.getElementById("data").textContent);
  var table = document.getElementById("findings");
  if (!table) { return; }
  var body = table.tBodies[0], more = document.getElementById("more"), said = document.getElementById("said");
  var filter = document.getElementById("filter"), severity = document.getElementById("severity"), status = document.getElementById("status");
  var words = data.words, chosen = data.rows, written = 0, sorted = null, down = false;

  function text(row, column) { return words[row[column]]; }
  function control(row) { return data.controls[row[1]]; }
  function rank(row) { return row[0] === 0 ? control(row)[2] : -row[0]; }
  function haystack(row) {
    var one = control(row);
    return [one[0], one[1], one[3], data.statuses[row[0]], text(row, 2), text(row, 3), text(row, 4), text(row, 5), text(row, 6), text(row, 7), text(row, 8), text(row, 9)].join(" ").toLowerCase();
  }
  function make(name, value, kind) {
    var element = document.createElement(name);
    if (value) { element.textContent = value; }
    if (kind) { element.className = kind; }
    return element;
  }
  function cell(row, parts) {
    var made = row.insertCell();
    parts.forEach(function (part) { if (part) { made.appendChild(part); } });
    return made;
  }
  function under(name, value, kind) {
    if (!value) { return null; }
    var line = make("div");
    line.appendChild(make(name, value, kind));
    return line;
  }
  function draw(row) {
    var one = control(row), failed = row[0] === 0, line = body.insertRow();
    var word = failed ? data.severities[one[2]] : data.statuses[row[0]].toLowerCase().replace("_", " ");
    cell(line, [make("span", word, "pill " + word.replace(" ", "_"))]);
    cell(line, [make("div", text(row, 2)), under("span", text(row, 3), "soft")]);
    cell(line, [make("div", text(row, 5)), under("code", text(row, 6), "soft"), under("code", text(row, 4), "soft")]);
    cell(line, [make("div", one[1]), under("code", one[0], "soft"), under("span", one[3], "soft maps")]);
    var why = make("div", text(row, 7));
    if (text(row, 8)) { why.appendChild(document.createTextNode(" ")); why.appendChild(make("code", text(row, 8))); }
    cell(line, [why, under("code", text(row, 9), "soft"), failed ? under("span", one[4], "soft") : null]);
  }
  function grow() {
    chosen.slice(written, written + STEP).forEach(draw);
    written = Math.min(written + STEP, chosen.length);
    more.hidden = written >= chosen.length;
    said.textContent = chosen.length.toLocaleString("en") + " of " + data.rows.length.toLocaleString("en") + (more.hidden ? "" : ", " + written.toLocaleString("en") + " shown");
  }
  function show() {
    var wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    chosen = data.rows.filter(function (row) {
      if (severity.value && data.severities[control(row)[2]] !== severity.value) { return false; }
      if (status.value && data.statuses[row[0]] !== status.value) { return false; }
      if (!wanted.length) { return true; }
      var hay = haystack(row);
      return wanted.every(function (word) { return hay.indexOf(word) >= 0; });
    });
    if (sorted) {
      chosen.sort(function (a, b) {
        var left = sorted(a), right = sorted(b);
        return (down ? -1 : 1) * (left < right ? -1 : left > right ? 1 : 0);
      });
    }
    body.textContent = "";
    written = 0;
    grow();
  }
  var keys = [rank, function (row) { return text(row, 2); }, function (row) { return text(row, 5); }, function (row) { return control(row)[1]; }];
  Array.prototype.forEach.call(table.tHead.querySelectorAll("button"), function (head, column) {
    head.addEventListener("click", function () {
      down = sorted === keys[column] ? !down : column === 0;
      sorted = keys[column];
      show();
    });
  });
  Array.prototype.forEach.call(document.querySelectorAll("tr.link"), function (row) {
    function only() {
      filter.value = row.dataset.words;
      severity.value = status.value = "";
      show();
      table.scrollIntoView();
    }
    row.tabIndex = 0;
    row.addEventListener("click", only);
    row.addEventListener("keydown", function (event) { if (event.key === "Enter") { only(); } });
  });
  filter.addEventListener("input", show);
  severity.addEventListener("change", show);
  status.addEventListener("change", show);
  more.addEventListener("click", grow);
  show();
})();
