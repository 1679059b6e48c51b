/* CloudTrail log files into the buffers of Arrow columns, in one pass over their bytes.
 *
 * One idea: no value becomes a Python object. An event whose fields all fit their columns goes into the columns; where
 * any does not (an unknown or doubled field, a null, another type, a time of another form, half a surrogate pair) the
 * event's place in the file is handed back, and Python mends it. A file that is not strictly JSON in the one form that
 * AWS writes, {"Records":[…]}, is not taken at all. So this is only ever a faster way to the same rows: whoever has no
 * compiler has them from Python alone (`kinds/cloudtrail.py`), and tests compare the two.
 *
 * It does not check UTF-8 (the caller has), inflate, sort or write. INVARIANT: the text ends with a zero byte, which
 * every scan below stops at, so that looking one byte ahead is safe.
 */
#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { MOST_COLUMNS = 62, NAME_ROOM = 64, DEPTH = 256, ESCAPED = 1, LONE = 2 };
enum { ABSENT = 0, IS_NULL = 1, PRESENT = 2 };
static const size_t LARGEST = INT32_MAX;
typedef unsigned char byte;

/* What a column holds: texts or JSON, each as it comes or (repeated) as a number into the list of different ones. */
enum form { TEXT = 't', REPEATED_TEXT = 'T', OBJECT = 'o', REPEATED_OBJECT = 'O', LIST = 'l', ANYTHING = 'n',
            BOOLEAN = 'b', TIME = 'd' };

typedef struct { byte *at; size_t used, room; } Buffer;
typedef struct { const byte *at; size_t size; byte state, escaped; int64_t number; } Value;
typedef struct {
    char name[NAME_ROOM];
    size_t name_size;
    enum form form;
    Buffer data;    /* letters: of the rows' values, or of the different ones */
    Buffer ends;    /* int32: where each of these values ends in `data` */
    Buffer rows;    /* repeated: int32 number of the value, -1 for none; a time: int64 seconds; else a state byte */
    uint32_t *slots; /* hash table: number of the value + 1 */
    size_t slot_count;
    int32_t last;   /* the number that the row before had, -1 at first */
} Column;
typedef struct { size_t data, ends, rows; } Mark;
typedef struct {
    PyObject_HEAD
    Column columns[MOST_COLUMNS];
    int count, busy;
    int follows[MOST_COLUMNS + 1]; /* the column that came after this one the last time */
    uint64_t seed;
    int64_t latest;                /* seconds; a later time is odd */
    size_t row_count;
    Buffer scratch, odd;           /* odd: pairs of size_t, begin and end of events to mend */
} Columns;
enum outcome { TAKEN, NOT_TAKEN, NO_MEMORY, TOO_LARGE };

static int reserve(Buffer *buffer, size_t more) {
    if (buffer->room - buffer->used >= more) return 1;
    size_t room = buffer->room ? buffer->room : 4096;
    while (room - buffer->used < more) room *= 2;
    byte *at = realloc(buffer->at, room);
    if (!at) return 0;
    buffer->at = at, buffer->room = room;
    return 1;
}

static int append(Buffer *buffer, const void *from, size_t size) {
    if (!reserve(buffer, size)) return 0;
    if (size) memcpy(buffer->at + buffer->used, from, size);
    buffer->used += size;
    return 1;
}

/* ---- JSON's grammar: each function takes the place where something begins and gives where it ends, or NULL ---- */

static const byte *skip_space(const byte *p) {
    while (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t') p++;
    return p;
}

/* The first quote, backslash or control character; `end` is the text's zero byte. */
static const byte *plain_end(const byte *p, const byte *end) {
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1f);
    while (end - p >= 16) {
        __m128i all = _mm_loadu_si128((const __m128i *)p);
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(all, quote), _mm_cmpeq_epi8(all, slash));
        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(_mm_min_epu8(all, control), all));
        int mask = _mm_movemask_epi8(hit);
        if (mask) return p + __builtin_ctz((unsigned)mask);
        p += 16;
    }
#else
    (void)end;
#endif
    while (*p != '"' && *p != '\\' && *p >= 0x20) p++;
    return p;
}

static int hexadecimal(const byte *p) {
    int code = 0;
    for (int place = 0; place < 4; place++) {
        byte letter = p[place], small = letter | 0x20;
        if (letter >= '0' && letter <= '9') code = code * 16 + letter - '0';
        else if (small >= 'a' && small <= 'f') code = code * 16 + small - 'a' + 10;
        else return -1;
    }
    return code;
}

/* `p` stands after \u; the bytes of one character, or of a pair; LONE is set for half a pair. 0 when malformed. */
static size_t unicode_size(const byte *p, byte *escaped) {
    int code = hexadecimal(p);
    if (code < 0) return 0;
    if (code >= 0xd800 && code < 0xdc00 && p[4] == '\\' && p[5] == 'u') {
        int second = hexadecimal(p + 6);
        if (second >= 0xdc00 && second < 0xe000) return 10;
    }
    if (code >= 0xd800 && code < 0xe000) *escaped |= LONE;
    return 4;
}

/* `p` stands after the opening quote; gives the closing one. */
static const byte *string_end(const byte *p, const byte *end, byte *escaped) {
    for (;;) {
        p = plain_end(p, end);
        if (*p == '"') return p;
        if (*p != '\\') return NULL;
        *escaped |= ESCAPED;
        if (p[1] == 'u') {
            size_t size = unicode_size(p + 2, escaped);
            if (!size) return NULL;
            p += 2 + size;
        } else {
            if (!p[1] || !strchr("\"\\/bfnrt", p[1])) return NULL;
            p += 2;
        }
    }
}

static const byte *digits_end(const byte *p) {
    if (*p < '0' || *p > '9') return NULL;
    while (*p >= '0' && *p <= '9') p++;
    return p;
}

static const byte *number_end(const byte *p) {
    if (*p == '-') p++;
    p = *p == '0' ? p + 1 : digits_end(p);
    if (p && *p == '.') p = digits_end(p + 1);
    if (p && (*p == 'e' || *p == 'E')) p = digits_end(p[1] == '+' || p[1] == '-' ? p + 2 : p + 1);
    return p;
}

static const byte *word_end(const byte *p, const char *word) {
    size_t size = strlen(word);
    return strncmp((const char *)p, word, size) ? NULL : p + size;
}

static const byte *scalar_end(const byte *p, const byte *end, byte *escaped) {
    switch (*p) {
    case '"': p = string_end(p + 1, end, escaped); return p ? p + 1 : NULL;
    case 't': return word_end(p, "true");
    case 'f': return word_end(p, "false");
    case 'n': return word_end(p, "null");
    default: return number_end(p);
    }
}

/* `p` stands at a key's quote; gives the place of the value. */
static const byte *key_end(const byte *p, const byte *end, byte *escaped) {
    if (*p != '"' || !(p = string_end(p + 1, end, escaped))) return NULL;
    p = skip_space(p + 1);
    return *p == ':' ? skip_space(p + 1) : NULL;
}

static const byte *value_end(const byte *p, const byte *end, byte *escaped) {
    byte closes[DEPTH];
    int depth = 0;
    for (;;) {
        if (*p == '{' || *p == '[') {
            byte close = *p + 2; /* in ASCII */
            p = skip_space(p + 1);
            if (*p != close) {
                if (depth == DEPTH) return NULL;
                closes[depth++] = close;
                if (close == '}' && !(p = key_end(p, end, escaped))) return NULL;
                continue;
            }
            p++;
        } else if (!(p = scalar_end(p, end, escaped))) {
            return NULL;
        }
        for (;;) { /* after a value */
            if (!depth) return p;
            p = skip_space(p);
            if (*p == ',') {
                p = skip_space(p + 1);
                if (closes[depth - 1] == '}' && !(p = key_end(p, end, escaped))) return NULL;
                break;
            }
            if (*p != closes[depth - 1]) return NULL;
            depth--, p++;
        }
    }
}

/* ---- Values ---- */

static int two_digits(const byte *p) {
    return p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9' ? -1 : (p[0] - '0') * 10 + p[1] - '0';
}

/* Seconds since 1970 of a time in CloudTrail's own form, 2026-01-31T23:59:59Z; 0 when it is none. */
static int parse_time(const byte *p, size_t size, int64_t *seconds) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (size != 20 || p[4] != '-' || p[7] != '-' || p[10] != 'T' || p[13] != ':' || p[16] != ':' || p[19] != 'Z')
        return 0;
    int century = two_digits(p), year = two_digits(p + 2), month = two_digits(p + 5), day = two_digits(p + 8);
    int hour = two_digits(p + 11), minute = two_digits(p + 14), second = two_digits(p + 17);
    if (century < 0 || year < 0 || month < 1 || month > 12 || day < 1) return 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return 0;
    year += century * 100;
    int leap = (year % 4 == 0 && year % 100) || year % 400 == 0;
    if (year < 1 || day > days[month - 1] + (month == 2 && leap)) return 0;
    /* Days since 0000-03-01, so that the leap day is a year's last. */
    int64_t since = year - (month <= 2), moon = (month + 9) % 12;
    int64_t all = since * 365 + since / 4 - since / 100 + since / 400 + (moon * 153 + 2) / 5 + day - 1 - 719468;
    *seconds = ((all * 24 + hour) * 60 + minute) * 60 + second;
    return 1;
}

static size_t write_utf8(byte *out, uint32_t code) {
    if (code < 0x80) { out[0] = (byte)code; return 1; }
    if (code < 0x800) { out[0] = 0xc0 | code >> 6, out[1] = 0x80 | (code & 63); return 2; }
    if (code < 0x10000) {
        out[0] = 0xe0 | code >> 12, out[1] = 0x80 | (code >> 6 & 63), out[2] = 0x80 | (code & 63);
        return 3;
    }
    out[0] = 0xf0 | code >> 18, out[1] = 0x80 | (code >> 12 & 63), out[2] = 0x80 | (code >> 6 & 63);
    out[3] = 0x80 | (code & 63);
    return 4;
}

/* Texts are never longer than what they are written as. */
static int unescape(Buffer *scratch, Value *value) {
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    scratch->used = 0;
    if (!reserve(scratch, value->size + 4)) return 0;
    const byte *p = value->at, *end = p + value->size;
    byte *out = scratch->at;
    while (p < end) {
        if (*p != '\\') { *out++ = *p++; continue; }
        if (p[1] != 'u') { *out++ = (byte)meant[strchr(letters, p[1]) - letters]; p += 2; continue; }
        uint32_t code = (uint32_t)hexadecimal(p + 2);
        p += 6;
        if (code >= 0xd800 && code < 0xdc00) { /* a whole pair, or it would have been LONE */
            code = 0x10000 + ((code - 0xd800) << 10) + (uint32_t)hexadecimal(p + 2) - 0xdc00;
            p += 6;
        }
        out += write_utf8(out, code);
    }
    value->at = scratch->at, value->size = (size_t)(out - scratch->at);
    return 1;
}

/* ---- Columns ---- */

static uint64_t hash_of(uint64_t seed, const byte *p, size_t size) {
    const uint64_t odd = 0x9e3779b97f4a7c15u;
    uint64_t total = seed ^ size * odd, word = 0;
    for (; size >= 8; p += 8, size -= 8) {
        memcpy(&word, p, 8);
        total = (total ^ word) * odd, total ^= total >> 29;
    }
    word = 0;
    if (size) memcpy(&word, p, size);
    total = (total ^ word) * odd, total ^= total >> 32;
    return (total * odd) ^ (total >> 29);
}

static size_t begin_of(const Column *column, int32_t number) {
    return number ? (size_t)((int32_t *)column->ends.at)[number - 1] : 0;
}

static int is_value(const Column *column, int32_t number, const Value *value) {
    size_t begin = begin_of(column, number), end = (size_t)((int32_t *)column->ends.at)[number];
    if (end - begin != value->size) return 0;
    return !value->size || !memcmp(column->data.at + begin, value->at, value->size); /* no data: no address */
}

static int grow_slots(Column *column, uint64_t seed) {
    size_t count = column->slot_count ? column->slot_count * 2 : 256;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots) return 0;
    int32_t different = (int32_t)(column->ends.used / sizeof(int32_t));
    for (int32_t number = 0; number < different; number++) {
        size_t begin = begin_of(column, number), end = (size_t)((int32_t *)column->ends.at)[number];
        size_t place = hash_of(seed, column->data.at + begin, end - begin) & (count - 1);
        while (slots[place]) place = (place + 1) & (count - 1);
        slots[place] = (uint32_t)number + 1;
    }
    free(column->slots);
    column->slots = slots, column->slot_count = count;
    return 1;
}

static enum outcome add_text(Column *column, const Value *value) {
    if (column->data.used + value->size > LARGEST) return TOO_LARGE;
    int32_t end = (int32_t)(column->data.used + value->size);
    return append(&column->data, value->at, value->size) && append(&column->ends, &end, sizeof end) ? TAKEN : NO_MEMORY;
}

/* The number of a value among the different ones, a new one when it has none yet. */
static enum outcome find_number(Column *column, uint64_t seed, const Value *value, int32_t *number) {
    if (column->last >= 0 && is_value(column, column->last, value)) {
        *number = column->last;
        return TAKEN;
    }
    size_t different = column->ends.used / sizeof(int32_t);
    if (different * 2 >= column->slot_count && !grow_slots(column, seed)) return NO_MEMORY;
    size_t place = hash_of(seed, value->at, value->size) & (column->slot_count - 1);
    for (; column->slots[place]; place = (place + 1) & (column->slot_count - 1)) {
        int32_t known = (int32_t)column->slots[place] - 1;
        if (is_value(column, known, value)) {
            *number = column->last = known;
            return TAKEN;
        }
    }
    enum outcome added = add_text(column, value);
    if (added != TAKEN) return added;
    *number = column->last = (int32_t)different;
    column->slots[place] = (uint32_t)different + 1;
    return TAKEN;
}

static enum outcome add_value(Columns *self, Column *column, Value *value) {
    if (value->state == PRESENT && value->escaped && !unescape(&self->scratch, value)) return NO_MEMORY;
    if (column->form == REPEATED_TEXT || column->form == REPEATED_OBJECT) {
        int32_t number = -1;
        enum outcome found = value->state == PRESENT ? find_number(column, self->seed, value, &number) : TAKEN;
        if (found != TAKEN) return found;
        return append(&column->rows, &number, sizeof number) ? TAKEN : NO_MEMORY;
    }
    if (column->form == TIME) {
        int64_t seconds = value->state == PRESENT ? value->number : INT64_MIN;
        return append(&column->rows, &seconds, sizeof seconds) ? TAKEN : NO_MEMORY;
    }
    byte state = column->form == BOOLEAN ? (byte)(value->state == PRESENT ? value->number : 2) : value->state;
    if (!append(&column->rows, &state, 1)) return NO_MEMORY;
    if (column->form == BOOLEAN) return TAKEN;
    if (value->state != PRESENT) value->size = 0;
    return add_text(column, value);
}

static int find_column(Columns *self, int before, const byte *key, size_t size) {
    int guess = self->follows[before];
    for (int tried = -1; tried < self->count; tried++) {
        int place = tried < 0 ? guess : tried;
        const Column *column = &self->columns[place];
        if (column->name_size == size && !memcmp(column->name, key, size)) {
            self->follows[before] = place;
            return place;
        }
    }
    return -1;
}

/* Whether the value, which begins at `at` and ends before `after`, can stand in the column; it is noted. */
static int fits(const Columns *self, const Column *column, const byte *at, const byte *after, byte escaped, Value *value) {
    if (escaped & LONE) return 0;
    *value = (Value){at, (size_t)(after - at), PRESENT, 0, 0};
    switch (column->form) {
    case TEXT: case REPEATED_TEXT:
        *value = (Value){at + 1, (size_t)(after - at) - 2, PRESENT, escaped, 0};
        return *at == '"';
    case TIME:
        return *at == '"' && parse_time(at + 1, (size_t)(after - at) - 2, &value->number) && value->number <= self->latest;
    case BOOLEAN: value->number = *at == 't'; return *at == 't' || *at == 'f';
    case LIST: return *at == '[';
    case ANYTHING: value->state = *at == 'n' ? IS_NULL : PRESENT; return 1;
    default: return *at == '{';
    }
}

/* `p` stands at the event's brace; gives where it ends. `odd` is set when it does not fit. */
static const byte *read_event(Columns *self, const byte *p, const byte *end, Value *values, int *odd) {
    uint64_t seen = 0;
    int before = self->count;
    p = skip_space(p + 1);
    if (*p == '}') return p + 1;
    for (;;) {
        byte escaped = 0;
        const byte *key = p + 1, *at = key_end(p, end, &escaped);
        if (!at) return NULL;
        const byte *quote = at; /* where the key ends: back over the colon and spaces */
        while (*quote != '"' || quote == at) quote--;
        int place = escaped ? -1 : find_column(self, before, key, (size_t)(quote - key));
        const byte *after = value_end(at, end, &escaped);
        if (!after) return NULL;
        if (place < 0 || seen >> place & 1 || !fits(self, &self->columns[place], at, after, escaped, &values[place]))
            *odd = 1;
        else
            seen |= (uint64_t)1 << place, before = place;
        p = skip_space(after);
        if (*p == '}') return p + 1;
        if (*p != ',') return NULL;
        p = skip_space(p + 1);
    }
}

static enum outcome read_record(Columns *self, const byte *text, const byte **p, const byte *end) {
    Value values[MOST_COLUMNS];
    memset(values, 0, sizeof values);
    byte escaped = 0;
    int odd = **p != '{';
    const byte *begin = *p;
    *p = odd ? value_end(begin, end, &escaped) : read_event(self, begin, end, values, &odd);
    if (!*p) return NOT_TAKEN;
    for (int place = 0; place < self->count; place++) /* an event without a time is kept, but does not pass unseen */
        odd |= self->columns[place].form == TIME && values[place].state != PRESENT;
    if (odd) {
        size_t span[2] = {(size_t)(begin - text), (size_t)(*p - text)};
        return append(&self->odd, span, sizeof span) ? TAKEN : NO_MEMORY;
    }
    for (int place = 0; place < self->count; place++) {
        enum outcome added = add_value(self, &self->columns[place], &values[place]);
        if (added != TAKEN) return added;
    }
    self->row_count++;
    return TAKEN;
}

static enum outcome read_file(Columns *self, const byte *text, const byte *end) {
    static const char envelope[] = "{\"Records\":[";
    if (strncmp((const char *)text, envelope, sizeof envelope - 1)) return NOT_TAKEN;
    const byte *p = skip_space(text + sizeof envelope - 1);
    if (*p == ']') p++;
    else for (;;) {
        enum outcome read = read_record(self, text, &p, end);
        if (read != TAKEN) return read;
        p = skip_space(p);
        if (*p == ']') { p++; break; }
        if (*p != ',') return NOT_TAKEN;
        p = skip_space(p + 1);
    }
    p = skip_space(p);
    return *p == '}' && skip_space(p + 1) == end ? TAKEN : NOT_TAKEN;
}

static void note(Columns *self, Mark *marks) {
    for (int place = 0; place < self->count; place++) {
        const Column *column = &self->columns[place];
        marks[place] = (Mark){column->data.used, column->ends.used, column->rows.used};
    }
}

/* Take back a file's rows; values that were new among the different ones stay, as nobody's. */
static void go_back(Columns *self, const Mark *marks, size_t rows) {
    for (int place = 0; place < self->count; place++) {
        Column *column = &self->columns[place];
        column->rows.used = marks[place].rows;
        if (column->form == REPEATED_TEXT || column->form == REPEATED_OBJECT) continue;
        column->data.used = marks[place].data, column->ends.used = marks[place].ends;
    }
    self->row_count = rows;
}

/* ---- What Python sees ---- */

static PyObject *odd_places(const Columns *self) {
    size_t count = self->odd.used / (2 * sizeof(size_t));
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t number = 0; list && number < count; number++) {
        const size_t *span = (size_t *)self->odd.at + 2 * number;
        PyObject *pair = Py_BuildValue("(nn)", (Py_ssize_t)span[0], (Py_ssize_t)span[1]);
        if (!pair || PyList_SetItem(list, (Py_ssize_t)number, pair)) {
            Py_DECREF(list);
            return NULL;
        }
    }
    return list;
}

static PyObject *columns_add(PyObject *object, PyObject *text) {
    Columns *self = (Columns *)object;
    char *data;
    Py_ssize_t size;
    Mark marks[MOST_COLUMNS];
    if (PyBytes_AsStringAndSize(text, &data, &size)) return NULL;
    if (self->busy) return PyErr_Format(PyExc_RuntimeError, "another thread is adding to these columns");
    self->busy = 1, self->odd.used = 0;
    size_t rows = self->row_count;
    enum outcome outcome;
    Py_BEGIN_ALLOW_THREADS
    note(self, marks);
    outcome = read_file(self, (const byte *)data, (const byte *)data + size);
    if (outcome != TAKEN) go_back(self, marks, rows);
    Py_END_ALLOW_THREADS
    self->busy = 0;
    if (outcome == NO_MEMORY) return PyErr_NoMemory();
    if (outcome == TOO_LARGE) return PyErr_Format(PyExc_OverflowError, "a column of a batch is larger than 2 GiB");
    if (outcome == NOT_TAKEN) Py_RETURN_NONE;
    PyObject *odd = odd_places(self);
    return odd ? Py_BuildValue("(nN)", (Py_ssize_t)(self->row_count - rows), odd) : NULL;
}

static PyObject *as_bytes(const Buffer *buffer) {
    return PyBytes_FromStringAndSize((const char *)buffer->at, (Py_ssize_t)buffer->used);
}

static void empty(Column *column) {
    free(column->data.at), free(column->ends.at), free(column->rows.at), free(column->slots);
    memset(&column->data, 0, sizeof column->data), memset(&column->ends, 0, sizeof column->ends);
    memset(&column->rows, 0, sizeof column->rows);
    column->slots = NULL, column->slot_count = 0, column->last = -1;
}

static PyObject *columns_take(PyObject *object, PyObject *Py_UNUSED(nothing)) {
    Columns *self = (Columns *)object;
    if (self->busy) return PyErr_Format(PyExc_RuntimeError, "another thread is adding to these columns");
    PyObject *found = PyDict_New();
    for (int place = 0; found && place < self->count; place++) {
        Column *column = &self->columns[place];
        PyObject *parts = Py_BuildValue("(NNN)", as_bytes(&column->rows), as_bytes(&column->ends), as_bytes(&column->data));
        if (!parts || PyDict_SetItemString(found, column->name, parts)) Py_CLEAR(found);
        Py_XDECREF(parts);
        empty(column);
    }
    self->row_count = 0;
    return found;
}

static int columns_init(PyObject *object, PyObject *arguments, PyObject *Py_UNUSED(named)) {
    Columns *self = (Columns *)object;
    PyObject *forms;
    long long latest;
    if (!PyArg_ParseTuple(arguments, "O!L:Columns", &PyDict_Type, &forms, &latest)) return -1;
    if (self->count || PyDict_Size(forms) < 1 || PyDict_Size(forms) > MOST_COLUMNS) {
        PyErr_Format(PyExc_ValueError, "the columns are told once, and are 1 to %d", MOST_COLUMNS);
        return -1;
    }
    PyObject *name, *form;
    Py_ssize_t at = 0;
    while (PyDict_Next(forms, &at, &name, &form)) {
        Py_ssize_t size, one;
        const char *text = PyUnicode_AsUTF8AndSize(name, &size), *letter = text ? PyUnicode_AsUTF8AndSize(form, &one) : NULL;
        if (!letter) return -1;
        if (size >= NAME_ROOM || one != 1 || !strchr("tToOlnbd", *letter)) {
            PyErr_Format(PyExc_ValueError, "%s: %s is no form of a column", text, letter);
            return -1;
        }
        Column *column = &self->columns[self->count++];
        memcpy(column->name, text, (size_t)size);
        column->name_size = (size_t)size, column->form = (enum form)*letter, column->last = -1;
    }
    /* Python's own hash is seeded anew in each process: nobody can write values that all fall into one place. */
    self->seed = (uint64_t)PyObject_Hash(name = PyUnicode_FromString("bastide"));
    Py_XDECREF(name);
    self->latest = latest;
    return 0;
}

static void columns_dealloc(PyObject *object) {
    Columns *self = (Columns *)object;
    for (int place = 0; place < self->count; place++) empty(&self->columns[place]);
    free(self->scratch.at), free(self->odd.at);
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(object);
    Py_DECREF(type);
}

static PyMethodDef methods[] = {
    {"add", columns_add, METH_O, "add(text) -> (rows, places of odd events), or None when the file is not taken"},
    {"take", columns_take, METH_NOARGS, "take() -> {column: (rows, ends, letters)}; nothing is left"},
    {NULL, NULL, 0, NULL},
};
static PyType_Slot slots[] = {
    {Py_tp_doc, "Columns({name: form}, latest): what fits of CloudTrail's files, in the buffers of Arrow's columns."},
    {Py_tp_init, columns_init}, {Py_tp_dealloc, columns_dealloc}, {Py_tp_methods, methods}, {0, NULL},
};
static PyType_Spec spec = {"bastide.ingest._events.Columns", sizeof(Columns), 0, Py_TPFLAGS_DEFAULT, slots};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_events", "CloudTrail's files into columns.", -1,
                                        NULL, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__events(void) {
    PyObject *module = PyModule_Create(&definition);
    PyObject *type = module ? PyType_FromSpec(&spec) : NULL;
    if (!type || PyModule_AddObjectRef(module, "Columns", type)) Py_CLEAR(module);
    Py_XDECREF(type);
    return module;
}
