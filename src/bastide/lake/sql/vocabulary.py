"""The words of the SQL that the lake takes: functions and pieces of syntax, in two rings.

One idea: what is not listed is refused. The inner ring (`PORTABLE_…`) means the same to DuckDB, Spark, Trino and
Athena; the outer ring is DuckDB's alone and harmless: it computes from its arguments and touches no file, network,
setting or variable. Functions that sqlglot knows are named by its class, all others by their own name.

Source: DuckDB documentation, "Functions"; Spark SQL, "Built-in Functions"; Trino, "Functions and operators".
"""

from __future__ import annotations

# Functions by sqlglot's class. Left out although all four have them: those whose order or ties are a matter of chance
# (any_value, array_agg, string_agg), and those that differ on no match (regexp_extract) or on boundaries (date_diff).
PORTABLE_CLASSES = frozenset({
    "Abs", "And", "ArgMax", "ArgMin", "Avg", "Case", "Cast", "Ceil", "Coalesce", "Concat", "Count", "CurrentTimestamp",
    "Exists", "Extract", "FirstValue", "Floor", "Greatest", "If", "JSONExtractScalar", "Lag", "LastValue", "Lead",
    "Least", "Length", "LogicalAnd", "LogicalOr", "Lower", "Max", "Min", "Nullif", "Or", "Rank", "DenseRank",
    "RegexpLike", "Replace", "Round", "RowNumber", "SplitPart", "StartsWith", "StrPosition", "Substring", "Sum",
    "TimestampTrunc", "DateTrunc", "Trim", "TryCast", "Upper", "Xor",
})  # fmt: skip
PORTABLE_NAMES = frozenset({"json_text", "now"})

DUCKDB_CLASSES = PORTABLE_CLASSES | {
    "AnyValue", "ApproxDistinct", "ApproxQuantile", "Array", "ArrayAgg", "ArrayAny", "ArrayConcat", "ArrayContains",
    "ArrayContainsAll", "ArrayDistinct", "ArrayFilter", "ArrayMax", "ArrayMin", "ArrayOverlaps", "ArrayPosition",
    "ArrayReverse", "ArraySize", "ArraySlice", "ArraySort", "ArraySum", "ArrayToString", "ArrayUniqueAgg", "Ascii",
    "BitLength", "Cbrt", "Chr", "ConcatWs", "Contains", "Corr", "CountIf", "CovarPop", "CovarSamp", "CumeDist",
    "CurrentDate", "CurrentTime", "DateAdd", "DateBin", "DateDiff", "DateSub", "Date", "DateFromParts", "Day",
    "DayOfMonth", "DayOfWeek", "DayOfWeekIso", "DayOfYear", "Dayname", "EndsWith", "Entropy", "Exp", "Explode",
    "Filter", "Flatten", "FromBase64", "GenerateSeries", "GenerateDateArray", "GroupConcat", "Grouping", "Hex", "Hour",
    "Initcap", "IsInf", "IsNan", "JSONArray", "JSONArrayContains", "JSONArrayLength", "JSONExists", "JSONExtract",
    "JSONExtractArray", "JSONKeys", "JSONKeysAtDepth", "JSONObject", "JSONType", "JSONValueArray", "LastDay", "Left",
    "Levenshtein", "JarowinklerSimilarity", "List", "Ln", "Log", "LowerHex", "MD5", "Map", "MapContainsKey",
    "MapFromEntries", "MapKeys", "MapValues", "Median", "Minute", "Mode", "Month", "Monthname", "NthValue", "Ntile",
    "Pad", "ParseJSON", "PercentRank", "PercentileCont", "PercentileDisc", "PosexplodeOuter", "Pow", "Quantile",
    "Quarter", "RegexpExtract", "RegexpExtractAll", "RegexpFullMatch", "RegexpReplace", "RegexpSplit", "Repeat",
    "Reverse", "Right", "SHA", "SHA1Digest", "SHA2", "Second", "Sign", "Skewness", "Kurtosis", "SortArray", "Split",
    "Sqrt", "Stddev", "StddevPop", "StddevSamp", "StrToTime", "Struct", "StructExtract", "TimeToStr", "TimeToUnix",
    "TimestampAdd", "TimestampDiff", "TimestampSub", "ToBase64", "ToDays", "Transform", "Translate", "Try", "TsOrDsAdd",
    "TypeOf", "Typeof", "Unhex", "Unicode", "UnixToTime", "Unnest", "Variance", "VariancePop", "Week", "WeekOfYear",
    "Year", "Zipf",
}  # fmt: skip
DUCKDB_NAMES = PORTABLE_NAMES | {
    "array_extract", "bar", "bit_count", "bool_and", "bool_or", "century", "date_part", "datepart", "decade", "epoch",
    "epoch_ms", "epoch_us", "family", "fdiv", "first", "format", "hash", "histogram", "host", "isfinite", "isodow",
    "isoyear", "jaccard", "json", "json_array_length", "json_contains", "json_extract", "json_extract_string",
    "json_keys", "json_merge_patch", "json_pretty", "json_structure", "json_type", "json_valid", "last",
    "len", "list_aggregate", "list_any_value", "list_avg", "list_contains", "list_count", "list_distinct",
    "list_extract", "list_filter", "list_has_all", "list_has_any", "list_max", "list_min", "list_reduce",
    "list_sort", "list_sum", "list_transform", "list_unique", "list_value", "list_zip", "mad", "make_date",
    "make_timestamp", "make_timestamptz", "map_entries", "map_extract", "max_by", "min_by", "mod", "nfc_normalize",
    "printf", "product", "quantile_cont", "quantile_disc", "range", "regexp_matches", "row", "strftime", "string_split",
    "strip_accents", "struct_extract", "struct_pack", "time_bucket", "timezone", "to_days", "to_hours", "to_json",
    "to_microseconds", "to_milliseconds", "to_minutes", "to_seconds", "to_timestamp", "to_weeks", "try_strptime",
    "strptime", "unnest", "url_decode", "url_encode", "week", "weekday", "yearweek",
}  # fmt: skip

# Functions that may stand where a table stands.
TABLE_FUNCTIONS = frozenset({"GenerateSeries", "Unnest", "range", "generate_series", "unnest"})

# Pieces of syntax, by sqlglot's class.
PORTABLE_SYNTAX = frozenset({
    "Add", "Alias", "Between", "Boolean", "CTE", "Column", "DPipe", "DataType", "DataTypeParam", "Distinct", "Div",
    "EQ", "Except", "Filter", "From", "GT", "GTE", "Group", "Having", "ILike", "Identifier", "In", "Intersect",
    "Interval", "Is", "JSONPath", "JSONPathKey", "JSONPathRoot", "JSONPathSubscript", "Join", "LT", "LTE", "Like",
    "Limit", "Literal", "Mod", "Mul", "NEQ", "Neg", "Not", "Null", "Offset", "Order", "Ordered", "Parameter", "Paren",
    "Placeholder", "Select",
    "Star", "Sub", "Subquery", "Table", "TableAlias", "Tuple", "Union", "Var", "Where", "Window", "WindowSpec", "With",
})  # fmt: skip
DUCKDB_SYNTAX = PORTABLE_SYNTAX | {
    "All", "Any", "AtTimeZone", "BitwiseAnd", "BitwiseLeftShift", "BitwiseNot", "BitwiseOr", "BitwiseRightShift",
    "BitwiseXor", "Bracket", "Columns", "Cube", "Dot", "Escape", "ExceptStar", "Fetch", "Glob", "GroupingSets",
    "HexString", "IgnoreNulls", "IntDiv", "JSONPathSlice", "JSONPathUnion", "JSONPathWildcard", "Kwarg", "Lambda",
    "Lateral", "NullSafeEQ", "NullSafeNEQ", "PropertyEQ", "Qualify", "RegexpILike", "RespectNulls", "Rollup",
    "SimilarTo", "Slice", "ToMap", "Unnest", "UnixSeconds", "Values", "WithinGroup",
}  # fmt: skip
