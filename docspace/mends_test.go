package docspace_test

import (
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// mend is a place where the official description is wrong and what the server
// does instead, by its source or by where the answers come from.
type mend struct {
	name, says, server string
	source             string // the server's file that says otherwise
	proof              string // the test that goes by the server
	apply              func(*openapi3.T)
	// needed breaks the contract tests without it; others say less than they could,
	// or the wrong thing about what they declare.
	needed bool
}

func nothing(*openapi3.T) {}

// operations calls f with each operation of the description.
func operations(doc *openapi3.T, f func(*openapi3.Operation)) {
	for _, item := range doc.Paths.Map() {
		for _, o := range item.Operations() {
			f(o)
		}
	}
}

var mends = []mend{
	{
		name: "where the key goes", says: "into a header named `ApiKeyBearer`",
		server: "that header is never read: `Authorization`, as a bearer", source: "ASC.Api.Core/Core/BaseStartup.cs",
		proof: "TestTrapKeyInTheDescribedHeaderIsIgnored", needed: true,
		apply: func(doc *openapi3.T) {
			for _, s := range doc.Components.SecuritySchemes {
				if s.Value.Type == "apiKey" && s.Value.In == "header" {
					s.Value.Name = "Authorization"
				}
			}
		},
	},
	{
		name: "dates have a zone", says: "`createdOn`, `expiresOn`, `lastBackupTime` are RFC 3339",
		server: "no zone, UTC is meant, and never is the year 1", source: "ASC.Data.Backup.Core, a plain DateTime",
		proof: "TestTrapDatesHaveNoZoneAndNeverIsTheYearOne", needed: true,
		apply: func(doc *openapi3.T) {
			for schema, names := range map[string][]string{
				"BackupHistoryRecord": {"createdOn", "expiresOn"}, "ScheduleDto": {"lastBackupTime"},
			} {
				for _, name := range names {
					p := doc.Components.Schemas[schema].Value.Properties[name].Value
					p.Format, p.Pattern = "", `^(0001|[12]\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d$`
				}
			}
		},
	},
	{
		name: "enums in quotes", says: "a storage type is a name or a number",
		server: "also a number in quotes, which the web client sends and which is all that the first releases take",
		source: "ASC.Data.Backup/ApiModels/BackupDto.cs", proof: "TestEveryReleaseIsBackedUpAndRestored", needed: true,
		apply: func(doc *openapi3.T) {
			t := doc.Components.Schemas["BackupStorageType"].Value
			t.OneOf = append(t.OneOf, openapi3.NewStringSchema().WithPattern(`^[0-5]$`).NewRef())
		},
	},
	{
		name: "undeclared answers", says: "403 and 404 are none of `getrestoreprogress`, 404 none of a GET, 400 and 403 none of `cancelbackup`",
		server: "the filters in front of the application give them to any operation", source: "ASC.Api.Core/Middleware/TenantStatusFilter.cs",
		proof: "TestErrorsComeInTheDocumentedOrder", needed: true,
		apply: func(doc *openapi3.T) {
			operations(doc, func(o *openapi3.Operation) {
				for _, status := range []int{400, 401, 402, 403, 404, 415, 500} {
					if o.Responses.Status(status) == nil {
						o.AddResponse(status, openapi3.NewResponse().WithDescription("by a filter"))
					}
				}
			})
		},
	},
	{
		name: "nullable without a type", says: "storage parameters are `key` and `value` of no type, but nullable",
		server: "any value, and null is a 500", source: "ASC.Data.Backup/Api/BackupController.cs",
		proof: "TestDescriptionLetsAStartWithoutABodyPassUntilMended",
		apply: func(doc *openapi3.T) {
			for _, p := range doc.Components.Schemas["ItemKeyValuePairObjectObject"].Value.Properties {
				p.Value.Nullable = false
			}
		},
	},
	{
		name: "body not required", says: "a POST may come without a body", server: "the body is required",
		source: "ASC.Data.Backup/Api/BackupController.cs", proof: "TestDescriptionLetsAStartWithoutABodyPassUntilMended",
		apply: func(doc *openapi3.T) {
			operations(doc, func(o *openapi3.Operation) {
				if o.RequestBody != nil {
					o.RequestBody.Value.Required = true
				}
			})
		},
	},
	{
		name: "query parameter", says: "it is `Dump`", server: "any case, and the web client sends `dump`",
		source: "the framework's model binding", proof: "TestPortalTakesWhateverTheDescriptionAllows",
		apply: func(doc *openapi3.T) {
			operations(doc, func(o *openapi3.Operation) {
				for _, p := range o.Parameters {
					p.Value.Name = strings.Replace(p.Value.Name, "Dump", "dump", 1)
				}
			})
		},
	},
	{
		name: "no task", says: "the `response` of a progress is a task", server: "`response` is absent when there is none",
		source: "ASC.Api.Core/Core/CommonApiResponse.cs", proof: "TestTrapNoTaskIsAnAbsentResponse", apply: nothing,
	},
	{
		name: "fields of a task", says: "a task has `status`, `link` and `warning`",
		server: "`status` from 3.7 on, `warning` from 3.6 on, and a restore has neither `link` nor `warning`",
		source: "ASC.Data.Backup.Core, ToBackupProgress", proof: "TestEveryReleaseIsBackedUpAndRestored", apply: nothing,
	},
	{
		name: "status of an answer", says: "`status` and `statusCode` are both the HTTP status",
		server: "`status` is 0, or 1 with an error", source: "ASC.Api.Core/Core/CommonApiResponse.cs",
		proof: "TestStatusInTheBodyIsNoHTTPStatus", apply: nothing,
	},
	{
		name: "dump on SaaS", says: "`startrestore` with `dump` is a 400 there", server: "a 403",
		source: "ASC.Data.Backup/Api/BackupController.cs", proof: "TestDumpWhereThereIsNoneIsForbidden", apply: nothing,
	},
	{
		name: "name of the file parameter", says: "the example's parameter is `path`",
		server: "`filePath` for a restore, `folderId`, `filePath` or `module` for a backup",
		source: "ASC.Data.Backup.Core/Service/BackupService.cs", proof: "TestBackupGoesWhereTheServerTakesIt", apply: nothing,
	},
	{
		name: "empty backup id", says: "the example is the GUID of zeros", server: "it is accepted and fails in the worker",
		source: "ASC.Data.Backup.Core/Service/BackupService.cs", proof: "TestNeverSendsWhatTheServerWouldTripOver", apply: nothing,
	},
	{
		name: "rate limit", says: "each answer has the `X-RateLimit` headers, each 429 a `Retry-After`",
		server: "the headers come with 429 alone, `Retry-After` with the daily limit alone", source: "ASC.Common/Utils/RateLimiterSettings.cs",
		proof: "TestRefusalsWithoutRetryAfterSlowTheClientDown",
		apply: func(doc *openapi3.T) {
			operations(doc, func(o *openapi3.Operation) {
				for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} {
					delete(o.Responses.Status(http.StatusOK).Value.Headers, name)
				}
			})
		},
	},
}
