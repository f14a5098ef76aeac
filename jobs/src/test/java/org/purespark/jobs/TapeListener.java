// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationStart;
import org.apache.spark.scheduler.SparkListenerBlockManagerAdded;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import scala.jdk.javaapi.CollectionConverters;

/**
 * In the driver of a run under test: writes what Spark tells into the file that {@code spark.test.tape} names, a line
 * an event, at once, so that a test can follow it and step in. {@link Tape} reads it.
 */
public final class TapeListener extends SparkListener {
    static final String FILE = "spark.test.tape";

    private final Writer tape;
    private final SparkConf conf;
    private final Map<Integer, String> jobOfStage = new HashMap<>();

    public TapeListener(SparkConf conf) throws IOException {
        this.conf = conf;
        this.tape = Files.newBufferedWriter(Path.of(conf.get(FILE)), StandardCharsets.UTF_8);
    }

    @Override
    public void onApplicationStart(SparkListenerApplicationStart start) {
        write(Tape.Kind.APPLICATION, start.appId().get(), "");
        write(Tape.Kind.PORT, "driver", conf.get("spark.driver.port"));
    }

    @Override
    public void onBlockManagerAdded(SparkListenerBlockManagerAdded added) {
        write(
                Tape.Kind.PORT,
                added.blockManagerId().executorId(),
                Integer.toString(added.blockManagerId().port()));
    }

    @Override
    public void onExecutorAdded(SparkListenerExecutorAdded added) {
        write(Tape.Kind.EXECUTOR_ADDED, added.executorId(), "");
    }

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
        write(Tape.Kind.EXECUTOR_REMOVED, removed.executorId(), "");
    }

    @Override
    public void onJobStart(SparkListenerJobStart start) {
        String job = start.properties().getProperty("spark.job.description", "");
        CollectionConverters.asJava(start.stageInfos()).forEach(stage -> jobOfStage.put(stage.stageId(), job));
    }

    @Override
    public void onTaskStart(SparkListenerTaskStart start) {
        write(Tape.Kind.TASK_START, start.taskInfo().executorId(), jobOfStage.getOrDefault(start.stageId(), ""));
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        Tape.Kind kind = end.taskInfo().successful() ? Tape.Kind.TASK_DONE : Tape.Kind.TASK_LOST;
        write(kind, end.taskInfo().executorId(), jobOfStage.getOrDefault(end.stageId(), ""));
    }

    private void write(Tape.Kind kind, String who, String what) {
        try {
            tape.write(kind + "\t" + who + "\t" + what + "\n");
            tape.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
