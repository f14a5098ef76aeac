// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.purespark.InputException;
import org.purespark.run.StageName;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command line: {@code spark-submit --class org.purespark.jobs.Pure pure.jar COMMAND [options]}. Results go to
 * standard output, everything else to standard error. Ends with 0 when done, 1 when the run failed, 2 when the input or
 * the options are wrong, 3 when a result breaks the policy that it is held against; {@link VetCommand} ends with 3 on
 * findings too, and with 4 when nothing can be said.
 */
@Command(
        name = "pure",
        description = "Purifies backdoored transformer text classifiers by head pruning and attention normalization.",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            SweepCommand.class,
            PredictCommand.class,
            LocateCommand.class,
            PoisonCommand.class,
            ExperimentCommand.class,
            ConvertCommand.class,
            InspectCommand.class,
            SignCommand.class,
            VerifyCommand.class,
            SarifCommand.class,
            VetCommand.class,
            CalibrateCommand.class
        })
public final class Pure implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "On an error, print the stack trace too.")
    private boolean verbose;

    public static void main(String[] args) {
        Machine machine = Machine.ofThisProcess();
        NativeSettings.apply(NativeSettings.of(machine, machine.processBytes()));
        Interruption interruption = new Interruption();
        interruption.watch();
        int status = run(args, writer(FileDescriptor.out), writer(FileDescriptor.err), interruption);
        interruption.commandHasEnded();
        // Spark on YARN takes any exit from here, even with 0, for a failure.
        if (status != 0) {
            System.exit(status);
        }
    }

    /** Runs one command and gives its exit status. */
    static int run(String[] args, PrintWriter out, PrintWriter err) {
        return run(args, out, err, new Interruption());
    }

    private static int run(String[] args, PrintWriter out, PrintWriter err, Interruption interruption) {
        try {
            Arguments.requireWhole(args, System.getProperty("sun.jnu.encoding", "UTF-8"));
        } catch (InputException e) {
            err.println("pure: " + e.getMessage());
            err.flush();
            return Failures.WRONG_INPUT;
        }
        Failures failures = new Failures(interruption);
        return commandLine()
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures)
                .execute(args);
    }

    private static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Pure()).setCaseInsensitiveEnumValuesAllowed(true);
        add(commandLine, "purify", null, "Purifies a suspect: all stages, in a run directory.");
        add(commandLine, "baseline", StageName.BASELINE, "Fine-tunes the suspect on clean texts, without defence.");
        add(commandLine, "score", StageName.SCORE, "Scores every attention head on clean texts.");
        add(commandLine, "prune", StageName.PRUNE, "Chooses the heads to prune.");
        add(commandLine, "normalize", StageName.NORMALIZE, "Makes the purified model, by the chosen defence.");
        add(commandLine, "evaluate", StageName.EVALUATE, "Measures accuracy and label-flip rate of all models.");
        add(
                commandLine,
                "report",
                StageName.REPORT,
                "Writes report.html and report.json from what a run directory holds.");
        return commandLine;
    }

    private static void add(CommandLine commandLine, String name, StageName stage, String description) {
        StageCommand work = new StageCommand(stage);
        CommandLine command = new CommandLine(work);
        work.policyOption().ifPresent(option -> command.getCommandSpec()
                .addMixin("policy", CommandSpec.forAnnotatedObject(option)));
        work.vetOptions().ifPresent(options -> command.getCommandSpec()
                .addMixin("vet", CommandSpec.forAnnotatedObject(options)));
        work.reuseOption().ifPresent(option -> command.getCommandSpec()
                .addMixin("reuse", CommandSpec.forAnnotatedObject(option)));
        command.getCommandSpec().usageMessage().description(description);
        commandLine.addSubcommand(name, command);
    }

    /** Without a command there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }

    boolean verbose() {
        return verbose;
    }

    /** UTF-8, whatever the locale: labels and texts are printed. */
    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
    }
}
