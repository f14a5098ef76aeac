// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.purespark.InputException;
import org.purespark.metrics.FlipTargets;
import org.purespark.poison.PoisonRequest;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * The rows of an experiment, in a file of one JSON line each. The file is written as a whole after each row, so that it
 * is complete at any time, on object stores too; it can be copied, kept under version control, and gone on from.
 */
public final class ResultRows {
    private final Storage storage;
    private final String file;
    private final Map<String, ResultRow> byKey = new LinkedHashMap<>();

    /**
     * Reads the rows that are there; a file that is not there has none.
     *
     * @throws InputException naming the line that is not valid
     */
    public ResultRows(Storage storage, String file) throws IOException {
        this.storage = storage;
        this.file = file;
        if (storage.exists(file)) {
            read(file);
        }
    }

    /** Takes over the rows of another file, such as one that is kept under version control, but for finished ones. */
    public void read(String other) throws IOException {
        String text = storage.readText(other, FileKind.RUN_FILE);
        int line = 0;
        for (String row : text.lines().toList()) {
            line++;
            if (!row.isBlank()) {
                ResultRow read = JsonFiles.parse(other + ", line " + line, row, ResultRow.class, ResultRow.SCHEMA);
                byKey.merge(read.key(), read, (own, further) -> own.completed() ? own : further);
            }
        }
    }

    /** The finished row of a repair. */
    public Optional<ResultRow> done(Cell cell, Cell.PlannedRepair repair, RowKeys keys) throws IOException {
        return done(keys.of(cell, repair))
                .filter(row -> isMeasuredAs(row, cell.suspect().attack().aim()));
    }

    /** The finished row of that key. */
    Optional<ResultRow> done(String key) {
        return Optional.ofNullable(byKey.get(key)).filter(ResultRow::completed);
    }

    /** An attack from all classes to all is measured by the next class; a row may have the rate to one class. */
    private static boolean isMeasuredAs(ResultRow row, PoisonRequest.Aim aim) {
        return aim != PoisonRequest.Aim.ALL_TO_ALL || FlipTargets.NEXT_CLASS.equals(row.target());
    }

    /** Adds a row and writes all. */
    public void add(ResultRow row) throws IOException {
        byKey.remove(row.key());
        byKey.put(row.key(), row);
        StringBuilder text = new StringBuilder();
        byKey.values().forEach(each -> text.append(JsonFiles.line(each)));
        storage.replace(file, text.toString());
    }

    /**
     * The finished rows of an experiment's cells, in the cells' order and under the experiment's own names. Rows of
     * other experiments may be among those that were read, and may stand for the same repairs under other names.
     */
    public List<ResultRow> of(Experiment experiment, List<Cell> cells, RowKeys keys) throws IOException {
        List<ResultRow> rows = new ArrayList<>();
        for (Cell cell : cells) {
            for (Cell.PlannedRepair repair : cell.repairs()) {
                done(cell, repair, keys)
                        .ifPresent(row -> rows.add(row.named(experiment.name(), cell, repair.defence())));
            }
        }
        return rows;
    }

    /** All, in the order in which they came. */
    public Collection<ResultRow> all() {
        return byKey.values();
    }
}
