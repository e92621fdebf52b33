# The tables of a run, from its folder alone:  Rscript tables.R runs/baseline
# Base R reads CSV files (palca run baseline --csv); with the package arrow it reads Parquet too.

folder <- commandArgs(trailingOnly = TRUE)
if (length(folder) != 1) stop("usage: Rscript tables.R FOLDER", call. = FALSE)

read_table <- function(name) {
  for (file in file.path(folder, paste0(name, c(".csv", ".csv.gz"))))
    if (file.exists(file)) return(read.csv(file, check.names = FALSE, encoding = "UTF-8"))
  if (!requireNamespace("arrow", quietly = TRUE))
    stop("no ", name, ".csv in ", folder, ": run palca with --csv, or install arrow", call. = FALSE)
  as.data.frame(arrow::read_parquet(file.path(folder, paste0(name, ".parquet"))))
}

show_table <- function(title, table) {
  cat("\n", title, "\n\n", sep = "")
  print(table, row.names = FALSE, right = FALSE)
}

worlds <- read_table("worlds")  # a row per world, a column per outcome
events <- read_table("events")  # a row per event of a world
months <- read_table("months")  # a row per month and series
scores <- read_table("scores")  # a row per outcome
options(width = 200, digits = 4)

# 1. Outcomes: the documented value, and the worlds' median and 5 to 95 % range.
quantiles <- t(sapply(worlds[scores$outcome], quantile, c(0.5, 0.05, 0.95), names = FALSE, na.rm = TRUE))
known <- cbind(scores$median, scores$q05, scores$q95)
if (!isTRUE(all.equal(unname(quantiles), known)))
  stop("worlds and scores of ", folder, " do not belong together", call. = FALSE)
show_table("Outcomes", data.frame(
  outcome = scores$title, unit = scores$unit, documented = scores$documented,
  median = quantiles[, 1], q05 = quantiles[, 2], q95 = quantiles[, 3],
  inside = scores$documented >= quantiles[, 2] & scores$documented <= quantiles[, 3]
))

# 2. Who ruled: shares of worlds at the end of each half-year, and coup attempts per world in it.
half_of <- function(month) paste(substr(month, 1, 4), ifelse(substr(month, 6, 7) <= "06", "I", "II"))
mean_of <- function(series) with(months[months$series == series, ], setNames(mean, month))
ends <- sort(unique(months$month))
ends <- ends[!duplicated(half_of(ends), fromLast = TRUE)]
right <- mean_of("right")[ends]
left <- mean_of("left")[ends]

accessions <- events[events$kind == "accession", ]
accessions <- accessions[order(accessions$world, accessions$month), ]
most_often <- sapply(ends, function(end) {
  past <- accessions[accessions$month <= end, ]
  rulers <- past$leader[!duplicated(past$world, fromLast = TRUE)]
  counts <- c(table(rulers), "the first ruler" = nrow(worlds) - length(rulers))
  sprintf("%s %.0f %%", names(which.max(counts)), 100 * max(counts) / nrow(worlds))
})
per_world <- function(kinds) {
  halves <- factor(half_of(events$month[events$kind %in% kinds]), levels = half_of(ends))
  as.vector(table(halves)) / nrow(worlds)
}
show_table("Who ruled when", data.frame(
  half = half_of(ends),
  left = round(100 * left), centre = round(100 * (1 - left - right)), right = round(100 * right),
  most_often = most_often,
  attempts = per_world(c("coup", "failed coup")), coups = per_world("coup"),
  row.names = NULL
))

# 3. Every series: the median over worlds at the end of each year.
december <- months[substr(months$month, 6, 7) == "12" & months$unit != "0 or 1", ]
medians <- tapply(december$q50, list(december$series, substr(december$month, 1, 4)), c)
show_table("Medians at the end of each year", data.frame(
  series = rownames(medians), medians, check.names = FALSE, row.names = NULL
))
