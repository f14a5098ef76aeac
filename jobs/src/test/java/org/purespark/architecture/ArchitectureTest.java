// SPDX-License-Identifier: Apache-2.0
package org.purespark.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

/** What may know what where Spark is known. A rule that fails names the class and the line. */
@AnalyzeClasses(
        packages = {"org.purespark.spark", "org.purespark.jobs"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String READS_THE_CPU = "org.purespark.jobs.Machine";
    private static final String OPENS_THE_TERMINAL = "org.purespark.jobs.Pure";

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("org.purespark.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule workOnExecutorsDoesNotKnowTheCommandLine = noClasses()
            .that()
            .resideInAPackage("org.purespark.spark..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.purespark.jobs..")
            .because("a program of one's own may use the evaluator and the fine-tuner");

    @ArchTest
    static final ArchRule theEngineIsNotKnown = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.nd4j..", "org.bytedeco..")
            .because("the engine must be replaceable");

    @ArchTest
    static final ArchRule filesAreReachedThroughStorage = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(READS_THE_CPU)
            .and()
            .doNotHaveFullyQualifiedName(OPENS_THE_TERMINAL)
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("org.apache.hadoop.fs.FileSystem")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.io\\.(File(Input|Output)Stream|File(Reader|Writer)|RandomAccessFile)")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.nio.file.Files")
            .because("every address may be on any Hadoop file system");

    @ArchTest
    static final ArchRule onlyTheCommandLinePrints = noClasses()
            .that()
            .resideInAPackage("org.purespark.spark..")
            .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS);

    @ArchTest
    static final ArchRule whatIsLoggedGoesThroughSlf4j = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule chanceComesFromASeed = noClasses()
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(Random.class, ThreadLocalRandom.class)
            .orShould()
            .callMethod(Math.class, "random")
            .because("the same seed must give the same result");

    @ArchTest
    static final ArchRule noStateIsShared =
            fields().that().areStatic().should().beFinal().because("executors run many tasks in one JVM");

    @ArchTest
    static final ArchRule namesSayWhatAClassIs = noClasses()
            .should()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Manager")
            .because("such a name tells nothing of what the class is for");
}
