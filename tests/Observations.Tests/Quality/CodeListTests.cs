using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Quality;

namespace MeetNet.Observations.Tests.Quality;

/// <summary>
/// The codes of the sources, typed from their own tables (dd.eionet.europa.eu observationvalidity and observationverification; ropensci/wateRinfo;
/// Deltares NWDM; BROprogramma/GLD; OGC WaterML2; SeaDataNet L20) and not from the data file.
/// </summary>
public sealed class CodeListTests
{
    public static TheoryData<string, string, string, Validity> Meanings()
    {
        var data = new TheoryData<string, string, string, Validity>();
        Add("eea", "validity", Validity.Good, "1", "4");
        Add("eea", "validity", Validity.BelowDetection, "2");
        Add("eea", "validity", Validity.HalfDetectionLimit, "3");
        Add("eea", "validity", Validity.Bad, "-1");
        Add("eea", "validity", Validity.Maintenance, "-99");
        Add("vmm", "raw", Validity.Good, "10", "110", "30", "100", "130");
        Add("vmm", "raw", Validity.Reduced, "50", "150", "70", "170");
        Add("vmm", "raw", Validity.Estimated, "80", "180");
        Add("vmm", "raw", Validity.Suspect, "90", "190");
        Add("vmm", "raw", Validity.NotEvaluated, "220");
        Add("vmm", "raw", Validity.Missing, "-1");
        Add("hic", "raw", Validity.Good, "40");
        Add("hic", "raw", Validity.Estimated, "80");
        Add("hic", "raw", Validity.Suspect, "120", "160");
        Add("hic", "raw", Validity.NotEvaluated, "200", "60");
        Add("hic", "raw", Validity.Missing, "-1");
        foreach (var source in new[] { "vmm", "hic" })
        {
            Add(source, "aggregated", Validity.Good, "40");
            Add(source, "aggregated", Validity.Estimated, "100");
            Add(source, "aggregated", Validity.Suspect, "120");
            Add(source, "aggregated", Validity.NotEvaluated, "200");
            Add(source, "aggregated", Validity.Missing, "-1");
        }

        Add("hic", "validated", Validity.Good, "6");
        Add("hic", "validated", Validity.Estimated, "7");
        Add("hic", "validated", Validity.Suspect, "8");
        Add("hic", "validated", Validity.Missing, "255", "-1");
        Add("rws", "kwaliteitsoordeel", Validity.Good, "00", "90");
        Add("rws", "kwaliteitsoordeel", Validity.AtDetectionLimit, "04");
        Add("rws", "kwaliteitsoordeel", Validity.HalfDetectionLimit, "05");
        Add("rws", "kwaliteitsoordeel", Validity.ZeroBelowDetection, "06");
        Add("rws", "kwaliteitsoordeel", Validity.Reduced, "03", "07", "30", "91");
        Add("rws", "kwaliteitsoordeel", Validity.Estimated, "10", "20", "25", "61");
        Add("rws", "kwaliteitsoordeel", Validity.Suspect,
            "55", "56", "70", "71", "72", "73", "74", "75", "76", "77", "78", "79", "80", "81", "82", "83", "84", "98");
        Add("rws", "kwaliteitsoordeel", Validity.Bad, "50");
        Add("rws", "kwaliteitsoordeel", Validity.Missing, "99");
        Add("rws", "kwaliteitsoordeel", Validity.NotEvaluated, "40");
        Add("gld", "status", Validity.Good, "goedgekeurd");
        Add("gld", "status", Validity.Bad, "afgekeurd");
        Add("gld", "status", Validity.Suspect, "onbeslist");
        Add("gld", "status", Validity.NotEvaluated, "nogNietBeoordeeld", "onbekend");
        Add("gld", "censuur", Validity.BelowDetection, "kleinerDanLimietwaarde");
        Add("gld", "censuur", Validity.AboveRange, "groterDanLimietwaarde");
        Add("gld", "censuur", Validity.Missing, "onbekend");
        Add("waterml2", "quality", Validity.Good, "good");
        Add("waterml2", "quality", Validity.Suspect, "suspect");
        Add("waterml2", "quality", Validity.Estimated, "estimate");
        Add("waterml2", "quality", Validity.NotEvaluated, "unchecked");
        Add("waterml2", "quality", Validity.Reduced, "poor");
        Add("waterml2", "quality", Validity.Missing, "missing");
        Add("seadatanet", "l20", Validity.NotEvaluated, "0");
        Add("seadatanet", "l20", Validity.Good, "1");
        Add("seadatanet", "l20", Validity.Reduced, "2");
        Add("seadatanet", "l20", Validity.Suspect, "3");
        Add("seadatanet", "l20", Validity.Bad, "4");
        Add("seadatanet", "l20", Validity.Estimated, "5", "8");
        Add("seadatanet", "l20", Validity.BelowDetection, "6");
        Add("seadatanet", "l20", Validity.AboveRange, "7");
        Add("seadatanet", "l20", Validity.Missing, "9");
        Add("lizard", "flag", Validity.Good, "0", "1");
        Add("lizard", "flag", Validity.Suspect, "2", "3", "4");
        Add("lizard", "flag", Validity.Bad, "6", "7");
        Add("lizard", "flag", Validity.NotEvaluated, "99");
        Add("lizard", "flag", Validity.Missing, "-99");
        Add("qartod", "flag", Validity.Good, "1");
        Add("qartod", "flag", Validity.NotEvaluated, "2");
        Add("qartod", "flag", Validity.Suspect, "3");
        Add("qartod", "flag", Validity.Bad, "4");
        Add("qartod", "flag", Validity.Missing, "9");
        return data;

        void Add(string source, string kind, Validity validity, params string[] codes)
        {
            foreach (var code in codes)
            {
                data.Add(source, kind, code, validity);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Meanings))]
    public void A_code_of_validity_means_what_its_source_says(string source, string kind, string code, Validity validity)
    {
        Assert.True(CodeLists.Get(source, kind).TryRead(code, "o3", out var meaning));
        Assert.Equal((validity, null), (meaning.Validity, meaning.Stage));
    }

    [Theory]
    [InlineData("eea", "verification", "3", VerificationStage.Automatic)]
    [InlineData("eea", "verification", "2", VerificationStage.Preliminary)]
    [InlineData("eea", "verification", "1", VerificationStage.Final)]
    [InlineData("rws", "statuswaarde", "Ongecontroleerd", VerificationStage.Automatic)]
    [InlineData("rws", "statuswaarde", "Gecontroleerd", VerificationStage.Preliminary)]
    [InlineData("rws", "statuswaarde", "Definitief", VerificationStage.Final)]
    [InlineData("gld", "beoordeling", "voorlopig", VerificationStage.Preliminary)]
    [InlineData("gld", "beoordeling", "volledigBeoordeeld", VerificationStage.Final)]
    public void A_code_of_a_stage_says_nothing_of_the_value(string source, string kind, string code, VerificationStage stage)
    {
        Assert.True(CodeLists.Get(source, kind).TryRead(code, "o3", out var meaning));
        Assert.Equal((null, stage), (meaning.Validity, meaning.Stage));
        Assert.Equal(CodeFit.Exact, CodeLists.Get(source, kind).TryWrite(stage, out var written));
        Assert.Equal(code, written);
    }

    [Fact]
    public void The_tables_above_are_all_codes_of_the_data_file()
    {
        var validities = CodeLists.All.Sum(list => list.Codes.Count(c => c.Validity is not null));
        Assert.Equal(validities, Meanings().Count);
        Assert.Equal(8, CodeLists.All.Sum(list => list.Codes.Count(c => c.Stage is not null)));
        Assert.All(CodeLists.All.SelectMany(list => list.Codes), c => Assert.True(c.Validity is null != c.Stage is null, c.Code));
    }

    [Fact]
    public void The_same_number_means_another_thing_in_another_list()
    {
        Assert.True(CodeLists.Get("vmm", "raw").TryRead("100", "water_level", out var raw));
        Assert.True(CodeLists.Get("vmm", "aggregated").TryRead("100", "water_level", out var aggregated));
        Assert.Equal((Validity.Good, Validity.Estimated), (raw.Validity, aggregated.Validity));
    }

    [Fact]
    public void Code_4_of_EEA_is_of_ozone_and_of_its_new_scale()
    {
        Assert.True(NativeQuality.TryRead("o3", [new("eea", "validity", "4"), new("eea", "verification", "3")], out var quality, out _));
        Assert.Equal((Validity.Good, VerificationStage.Automatic, "CCQM.O3.2019"), (quality!.Validity, quality.Stage, quality.Scale));
        Assert.False(NativeQuality.TryRead("no2", [new("eea", "validity", "4")], out _, out var unknown));
        Assert.Equal("eea.validity:4", unknown.ToString());
    }

    [Theory]
    [InlineData("rws", "kwaliteitsoordeel", "99", 0.0)]
    [InlineData("rws", "kwaliteitsoordeel", "99", 999999999.0)]
    [InlineData("vmm", "raw", "-1", 12.5)]
    [InlineData("hic", "validated", "255", -777.0)]
    public void A_value_is_missing_by_its_code_whatever_number_came_along(string source, string kind, string code, double value)
    {
        Assert.True(NativeQuality.TryRead("water_level", [new(source, kind, code)], out var quality, out _));
        Assert.Null(quality!.Result(value));
        Assert.Equal(new ResultQuality(QartodFlag.Missing, $"{source}.{kind}:{code}"), quality.ToResultQuality(value));
    }

    [Theory]
    [InlineData("rws", "kwaliteitsoordeel", "00", 0.0, QartodFlag.Good)]
    [InlineData("rws", "kwaliteitsoordeel", "00", 999999999.0, QartodFlag.Good)]
    [InlineData("eea", "validity", "1", -999.0, QartodFlag.Good)]
    [InlineData("eea", "validity", "-1", -999.0, QartodFlag.Fail)]
    public void A_number_that_looks_like_none_is_a_value_unless_its_code_says_otherwise(string source, string kind, string code, double value, QartodFlag flag)
    {
        Assert.True(NativeQuality.TryRead("water_level", [new(source, kind, code)], out var quality, out _));
        Assert.Equal(value, quality!.Result(value));
        Assert.Equal(flag, quality.ToResultQuality(value).Flag);
    }

    [Fact]
    public void The_more_special_and_the_worse_of_two_codes_counts()
    {
        Assert.Equal(Validity.BelowDetection, Of("goedgekeurd", "kleinerDanLimietwaarde"));
        Assert.Equal(Validity.Suspect, Of("onbeslist", "kleinerDanLimietwaarde"));

        static Validity Of(string status, string censored)
        {
            Assert.True(NativeQuality.TryRead("groundwater_level", [new("gld", "status", status), new("gld", "censuur", censored)], out var quality, out _));
            return quality!.Validity;
        }
    }

    [Fact]
    public void Every_native_code_comes_back_from_an_observation_as_it_was()
    {
        foreach (var list in CodeLists.All)
        {
            foreach (var code in list.Codes)
            {
                var native = new NativeCode(list.Source, list.Kind, code.Code);
                Assert.True(QualityTests.IsList(System.Text.Encoding.UTF8.GetBytes(native.ToToken())), native.ToToken());
                Assert.Equal([native], NativeCode.In(new ResultQuality(QartodFlag.Good, $"gross_range,{native.ToToken()},clock:unsynchronised,spike:2")));
            }
        }
    }

    [Fact]
    public void Validity_and_stage_are_read_back_from_what_is_kept_for_every_code()
    {
        foreach (var list in CodeLists.All)
        {
            foreach (var meaning in list.Codes)
            {
                var native = new NativeCode(list.Source, list.Kind, meaning.Code);
                Assert.True(NativeQuality.TryRead("o3", [native], out var read, out _));
                var kept = read.ToResultQuality(1.5).And(ResultQuality.Good);
                var back = NativeQuality.Of("o3", meaning.Validity == Validity.Missing ? read.ToResultQuality(1.5) : kept);
                Assert.Equal((meaning.Validity ?? Validity.Good, meaning.Stage, meaning.Scale), (back.Validity, back.Stage, back.Scale));
                Assert.Equal(CodeFit.Own, list.TryWrite(back, out var own));
                Assert.Equal(meaning.Code, own);
            }
        }
    }

    [Theory]
    [InlineData("rws.kwaliteitsoordeel:00", QartodFlag.Good, Validity.Good)]
    [InlineData("rws.kwaliteitsoordeel:00,gross_range", QartodFlag.Fail, Validity.Bad)]
    [InlineData("vmm.raw:220,spike", QartodFlag.Suspect, Validity.Suspect)]
    [InlineData("rws.kwaliteitsoordeel:25,gross_range", QartodFlag.Suspect, Validity.Estimated)]
    [InlineData("rws.kwaliteitsoordeel:50,gross_range", QartodFlag.Fail, Validity.Bad)]
    [InlineData("rws.statuswaarde:definitief,spike", QartodFlag.Suspect, Validity.Suspect)]
    [InlineData("gld.status:goedgekeurd,gld.censuur:kleinerdanlimietwaarde", QartodFlag.Missing, Validity.BelowDetection)]
    [InlineData("gross_range", QartodFlag.Fail, Validity.Bad)]
    [InlineData("device:calibrating", QartodFlag.Missing, Validity.Maintenance)]
    [InlineData("device:warming_up", QartodFlag.Missing, Validity.Missing)]
    [InlineData(null, QartodFlag.Good, Validity.Good)]
    [InlineData("spike:2", QartodFlag.NotEvaluated, Validity.NotEvaluated)]
    public void A_test_that_objects_is_heard_over_a_source_that_does_not(string? tests, QartodFlag flag, Validity validity) =>
        Assert.Equal(validity, NativeQuality.Of("water_level", new ResultQuality(flag, tests)).Validity);

    [Theory]
    [InlineData("rws.kwaliteitsoordeel:05,rws.statuswaarde:definitief", "eea", "validity", CodeFit.Exact, "3")]
    [InlineData("rws.kwaliteitsoordeel:05,rws.statuswaarde:definitief", "eea", "verification", CodeFit.Exact, "1")]
    [InlineData("rws.kwaliteitsoordeel:25,rws.statuswaarde:gecontroleerd", "eea", "validity", CodeFit.Lossy, "-1")]
    [InlineData("rws.kwaliteitsoordeel:04", "eea", "validity", CodeFit.None, null)]
    [InlineData("rws.kwaliteitsoordeel:04", "eea", "verification", CodeFit.None, null)]
    [InlineData("rws.kwaliteitsoordeel:71,rws.statuswaarde:definitief", "rws", "kwaliteitsoordeel", CodeFit.Own, "71")]
    [InlineData("vmm.raw:130", "hic", "raw", CodeFit.Exact, "40")]
    [InlineData("vmm.raw:100", "vmm", "aggregated", CodeFit.Exact, "40")]
    [InlineData("eea.validity:4,eea.verification:2", "rws", "statuswaarde", CodeFit.Exact, "Gecontroleerd")]
    [InlineData("gld.status:onbeslist,gld.beoordeling:voorlopig", "waterml2", "quality", CodeFit.Exact, "suspect")]
    public void A_value_is_written_in_another_list_by_what_its_codes_mean(string tests, string source, string kind, CodeFit fit, string? code)
    {
        Assert.Equal(fit, CodeLists.Get(source, kind).TryWrite(NativeQuality.Of("o3", new ResultQuality(QartodFlag.Good, tests)), out var written));
        Assert.Equal(code, written);
    }

    [Fact]
    public void What_is_written_exactly_reads_back_the_same_and_what_is_lossy_does_not()
    {
        var property = ObservedProperties.Get("o3").Name;
        foreach (var list in CodeLists.All)
        {
            foreach (var validity in Enum.GetValues<Validity>())
            {
                var fit = list.TryWrite(validity, out var code);
                if (fit != CodeFit.None)
                {
                    Assert.True(list.TryRead(code, property, out var meaning), $"{list.Source}.{list.Kind}:{code}");
                    Assert.Equal(fit == CodeFit.Exact, meaning.Validity == validity);
                    Assert.False(meaning.IsUnconfirmed);
                }
            }

            Assert.All(list.Codes.Where(c => c.IsWritten).GroupBy(c => (c.Validity, c.Stage)), group => Assert.Single(group));
            Assert.All(list.Codes.GroupBy(c => c.Code, StringComparer.OrdinalIgnoreCase), group => Assert.Single(group));
        }
    }

    [Theory]
    [InlineData("eea", "validity", Validity.Suspect, CodeFit.Lossy, "-1")]
    [InlineData("eea", "validity", Validity.Estimated, CodeFit.Lossy, "-1")]
    [InlineData("eea", "validity", Validity.AtDetectionLimit, CodeFit.None, null)]
    [InlineData("eea", "validity", Validity.ZeroBelowDetection, CodeFit.None, null)]
    [InlineData("eea", "validity", Validity.NotEvaluated, CodeFit.None, null)]
    [InlineData("hic", "raw", Validity.Bad, CodeFit.None, null)]
    [InlineData("rws", "kwaliteitsoordeel", Validity.Estimated, CodeFit.None, null)]
    [InlineData("rws", "kwaliteitsoordeel", Validity.HalfDetectionLimit, CodeFit.Exact, "05")]
    [InlineData("gld", "status", Validity.Estimated, CodeFit.None, null)]
    [InlineData("gld", "status", Validity.Reduced, CodeFit.Lossy, "goedgekeurd")]
    [InlineData("lizard", "flag", Validity.Good, CodeFit.None, null)]
    public void What_a_list_can_not_say_is_refused_or_marked(string source, string kind, Validity validity, CodeFit fit, string? code)
    {
        Assert.Equal(fit, CodeLists.Get(source, kind).TryWrite(validity, out var written));
        Assert.Equal(code, written);
    }

    [Fact]
    public void A_reduced_value_is_good_or_suspect_by_a_named_choice()
    {
        Assert.Equal(QartodFlag.Good, Validity.Reduced.Flag());
        Assert.Equal(QartodFlag.Suspect, Validity.Reduced.Flag(QartodFlag.Suspect));
    }

    [Theory]
    [InlineData("clock:unsynchronised")]
    [InlineData("gross_range")]
    [InlineData("rws.kwaliteitsoordeel:02")]
    [InlineData("rws.onbekend:00")]
    [InlineData("")]
    public void What_is_no_code_of_a_list_is_not_taken_for_one(string token) => Assert.False(NativeCode.TryParse(token, out _));

    /// <summary>The tables of docs/harmonisation.md are the data file's; a bold code is written, one with ◦ is a choice of MeetNet.</summary>
    [Fact]
    public void The_document_shows_the_lists_as_they_are()
    {
        var document = TestKit.RepositoryFile.Text("docs/harmonisation.md");
        foreach (var list in CodeLists.All)
        {
            var parts = Enum.GetValues<Validity>().Select(v => (Name: Validities.NameOf(v), Codes: list.Codes.Where(c => c.Validity == v)))
                .Concat(Enum.GetValues<VerificationStage>().Select(s => (Name: Validities.NameOf(s), Codes: list.Codes.Where(c => c.Stage == s))))
                .Where(part => part.Codes.Any())
                .Select(part => $"{part.Name.Replace('_', ' ')} {string.Join(' ', part.Codes.Select(Shown))}");
            Assert.Contains($"| `{list.Source}.{list.Kind}` | {string.Join(" · ", parts)} | {list.Reference} |\n", document, StringComparison.Ordinal);
            if (list.Codes.Any(c => c.Validity is not null))
            {
                Assert.Contains($"| `{list.Source}.{list.Kind}` | {Of(list, CodeFit.Lossy)} | {Of(list, CodeFit.None)} |\n", document, StringComparison.Ordinal);
            }
        }

        static string Shown(CodeMeaning code) => $"{(code.IsWritten ? $"**`{code.Code}`**" : $"`{code.Code}`")}{(code.IsUnconfirmed ? "◦" : "")}";

        static string Of(CodeList list, CodeFit fit)
        {
            var found = Enum.GetValues<Validity>().Where(v => list.TryWrite(v, out _) == fit)
                .Select(v => Validities.NameOf(v).Replace('_', ' ') + (list.TryWrite(v, out var code) == CodeFit.Lossy ? $" `{code}`" : ""));
            var text = string.Join(" · ", found);
            return text.Length == 0 ? "–" : text;
        }
    }
}
